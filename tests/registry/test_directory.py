"""The directory filters, counts and sorts; no count mixes founders with confirmed members."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from coalition.registry.directory import Filters, tile_names, town
from coalition.registry.models import (
    ExperienceField,
    LegalForm,
    Organisation,
    OrganisationPage,
    Standing,
)
from coalition.registry.open_data import COLUMNS
from coalition.registry.services import set_standing
from monitoring.core import clock
from monitoring.core.cells import safe_cell
from monitoring.core.text import kazakh_key
from monitoring.vocabulary.models import Region
from tests.factories import registry as make
from tests.registry.test_bins import make_bin

MOST_QUERIES = 15
WORDS = {"kk": "mushe-uiymdar", "ru": "organizatsii", "en": "organisations"}
ADDRESS = "/kk/mushe-uiymdar/"


def confirm(*numbers: int) -> None:
    for organisation in Organisation.objects.filter(number__in=numbers):
        set_standing(organisation=organisation, kind="confirmed", since=clock.today())


def make_many(count: int) -> None:
    """Confirmed organisations all over the country, without pages."""
    regions = list(Region.objects.all())
    rows = [
        Organisation(
            **{**make.values(f"Ұйым {n:03}"), "region": regions[n % len(regions)]},
        )
        for n in range(count)
    ]
    made = Organisation.objects.bulk_create(rows)
    today = clock.today()
    Standing.objects.bulk_create(
        Standing(organisation=one, kind="confirmed", since=today) for one in made
    )


def options(answer: Any, group: str) -> dict[str, int]:
    facet = next(one for one in answer.context["facets"] if one["name"] == group)
    return {option.value: option.count for option in facet["options"]}


def lists(answer: Any) -> dict[str, list[str]]:
    return {one["standing"]: [row.name for row in one["rows"]] for one in answer.context["lists"]}


def test_until_somebody_confirms_the_map_counts_founders_under_their_own_heading(
    founders: None, client: Client
) -> None:
    answer = client.get(ADDRESS)
    assert answer.context["lead_list"] == "founder"
    assert sum(tile["count"] for tile in answer.context["tiles"]) == 26
    assert len(answer.context["tiles"]) == 20
    text = answer.content.decode()
    assert 'aria-label="2005 жылғы құрылтайшылар өңірлер бойынша"' in text
    before = text.index("Әзірге расталған ұйым жоқ.")
    assert before < text.index('class="tiles"'), "the empty state that asks comes first"


def test_once_somebody_confirms_no_count_holds_a_founder_who_did_not(
    founders: None, client: Client
) -> None:
    confirm(1, 7)
    answer = client.get(ADDRESS)
    assert answer.context["lead_list"] == "confirmed"
    assert sum(tile["count"] for tile in answer.context["tiles"]) == 2
    for group in ("region", "place", "form"):
        assert sum(options(answer, group).values()) == 2
    assert options(answer, "standing") == {"confirmed": 2, "founder": 24}
    found = lists(answer)
    assert (len(found["confirmed"]), len(found["founder"])) == (2, 24)
    assert not set(found["confirmed"]) & set(found["founder"])
    # In the table each has a column of its own.
    table = answer.context["table"]
    assert len(table["columns"]) == 3
    sums = [sum(int(row[column]["text"]) for row in table["rows"]) for column in (1, 2)]
    assert sums == [2, 24]


def test_counts_leave_out_their_own_group_and_empty_boxes_are_hidden(
    founders: None, client: Client
) -> None:
    answer = client.get(f"{ADDRESS}?region=KZ-75&form=foundation")
    foundations = Organisation.objects.filter(legal_form__code="foundation")
    assert sum(options(answer, "region").values()) == foundations.count()
    in_almaty = Organisation.objects.filter(region__code="KZ-75")
    assert sum(options(answer, "form").values()) == in_almaty.count()
    assert 0 not in options(answer, "region").values()
    both = foundations.filter(region__code="KZ-75")
    assert len(lists(answer)["founder"]) == both.count()
    assert len(answer.context["chips"]) == 2
    for chip in answer.context["chips"]:
        assert client.get(chip["address"]).context["chips"][0] != chip


def test_a_tile_filters_the_list_and_the_chosen_one_leads_back(
    founders: None, client: Client
) -> None:
    tiles = {tile["code"]: tile for tile in client.get(ADDRESS).context["tiles"]}
    assert tiles["KZ-11"]["url"] == "", "nobody there: nowhere to lead"
    answer = client.get(tiles["KZ-31"]["url"])
    assert {row.place.split(",")[0] for row in answer.context["lists"][1]["rows"]} == {
        "Жамбыл облысы"
    }
    chosen = next(tile for tile in answer.context["tiles"] if tile["code"] == "KZ-31")
    assert chosen["active"]
    assert chosen["url"] == ADDRESS
    assert 'aria-current="true"' in answer.content.decode()


def test_every_region_has_its_short_names_and_its_own_place_on_the_map(founders: None) -> None:
    for region in Region.objects.all():
        for language in ("kk", "ru", "en"):
            words = tile_names()[region.code][language]
            assert len(words["tiny"]) <= 8
            assert len(words["short"]) <= 12
    places = Region.objects.values_list("tile_row", "tile_col")
    assert len(set(places)) == 20


def test_fields_of_experience_filter(founders: None, client: Client) -> None:
    organisation = Organisation.objects.get(number=4)
    organisation.experience.set(ExperienceField.objects.filter(key__in=["budget", "training"]))
    answer = client.get(f"{ADDRESS}?experience=budget")
    assert lists(answer)["founder"] == [organisation.short_name("kk")]
    assert options(answer, "experience") == {"budget": 1, "training": 1}


@pytest.mark.parametrize(
    "typed",
    ["Әділет", "адилет", "ӘДІЛЕТ орталығы", "Адилет"],
    ids=["as-written", "plain-letters", "capitals", "russian"],
)
def test_a_name_is_found_however_its_letters_are_typed(
    founders: None, client: Client, typed: str
) -> None:
    answer = client.get(ADDRESS, {"q": typed})
    assert lists(answer)["founder"] == ["«Әділет» орталығы"]
    assert f'value="{typed}"' in answer.content.decode(), "what was typed stays in its field"


NOTHING = {
    "kk": "Бұл тізімде таңдағаныңыздың бәріне бірдей сәйкес ұйым жоқ.",
    "ru": "В этом списке нет организации, у которой всё это сразу.",
    "en": "No organisation of this list has all of this at once.",
}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_nothing_found_says_so_and_keeps_the_query(
    founders: None, client: Client, language: str
) -> None:
    answer = client.get(f"/{language}/{WORDS[language]}/?q=Қарағай&region=KZ-75&nonsense=1")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert NOTHING[language] in text
    assert 'value="Қарағай"' in text
    assert 'content="noindex"' in text
    other = "ru" if language == "kk" else "kk"
    assert f"/{other}/{WORDS[other]}/?q=" in text, "the switch takes the query along"


@given(st.dictionaries(st.sampled_from(["q", "region", "standing", "view", "x"]), st.text()))
def test_no_address_breaks_the_filter_and_it_survives_a_round(values: dict[str, str]) -> None:
    params = QueryDict(mutable=True)
    params.update(values)
    filters = Filters.from_params(params)
    assert Filters.from_params(filters.to_params()).to_params() == filters.to_params()


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("view", ["list", "cards"])
def test_five_hundred_organisations_take_few_queries_and_come_in_pages(
    founders: None, client: Client, django_assert_max_num_queries: Any, language: str, view: str
) -> None:
    make_many(500)
    address = f"/{language}/{WORDS[language]}/?view={view}"
    client.get(address)
    with django_assert_max_num_queries(MOST_QUERIES):
        answer = client.get(address)
    assert answer.status_code == 200
    assert sum(tile["count"] for tile in answer.context["tiles"]) == 500
    assert len(lists(answer)["confirmed"]) == 50
    assert len(lists(answer)["founder"]) == 26
    names = []
    for number in range(1, 11):
        page = client.get(f"{address}&page={number}")
        names += lists(page)["confirmed"]
    assert len(set(names)) == 500
    assert names == sorted(names, key=kazakh_key)
    assert "founder" not in lists(page), "the quiet list stands on the first page"
    last = client.get(f"{address}&page=999")
    assert last.status_code == 200
    assert last.context["page_number"] == 10


def test_two_of_one_name_are_told_apart(client: Client, db: None) -> None:
    make.make_tree()
    for _ in range(2):
        organisation = make.make_organisation("Арай")
        set_standing(organisation=organisation, kind="confirmed", since=clock.today())
    third = make.make_organisation("Арай", place_kk="Лепсі ауылы")
    set_standing(organisation=third, kind="confirmed", since=clock.today())
    for language, word in WORDS.items():
        answer = client.get(f"/{language}/{word}/")
        rows = answer.context["lists"][0]["rows"]
        assert len({row.where for row in rows}) == 3
        assert len({row.url for row in rows}) == 3
    pages = OrganisationPage.objects.filter(locale__language_code="kk")
    assert sorted(pages.values_list("slug", flat=True)) == ["aray-kk", "aray-kk-2", "aray-kk-3"]
    titles = {
        re.findall("<title>(.*?)</title>", _text(client, page.url), re.S)[0] for page in pages
    }
    assert len(titles) == 2, "the place stands in the title"


def _text(client: Client, address: str | None) -> str:
    return client.get(str(address)).content.decode()


def _body(client: Client, address: str) -> bytes:
    answer: Any = client.get(address)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def _csv(raw: bytes) -> list[dict[str, str]]:
    assert raw.startswith(b"\xef\xbb\xbf"), "spreadsheets know UTF-8 by it"
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_csv_and_json_hold_the_same_query_in_the_same_columns(
    founders: None, client: Client
) -> None:
    confirm(7)
    Organisation.objects.get(number=7).experience.set(
        ExperienceField.objects.filter(key__in=["budget", "training"])
    )
    for query, count in (
        ("", 26),
        ("region=KZ-75", 5),
        ("standing=confirmed", 1),
        ("q=десента", 1),
    ):
        rows = _csv(_body(client, f"{ADDRESS}organisations.csv?{query}"))
        data = json.loads(_body(client, f"{ADDRESS}organisations.json?{query}"))
        assert len(rows) == len(data["organisations"]) == count
        assert tuple(rows[0]) == COLUMNS == tuple(data["columns"])
        assert [row["id"] for row in rows] == [str(one["id"]) for one in data["organisations"]]
    seventh = next(
        row
        for row in _csv(_body(client, f"{ADDRESS}organisations.csv"))
        if row["number_2005"] == "7"
    )
    assert seventh["standing"] == "confirmed"
    assert seventh["standing_since"] == clock.today().isoformat()
    assert seventh["experience"] == "budget;training"
    assert seventh["name_kk_confirmed"] == "false"
    assert seventh["region"] == "KZ-23"


def test_no_private_field_leaves_the_house(client: Client, db: None) -> None:
    make.make_tree()
    canary = "Құпия-канарейка"
    organisation = make.make_organisation("Дана", bin=make_bin(5), note=canary)
    set_standing(
        organisation=organisation, kind="confirmed", since=dt.date(2026, 1, 2), source=canary
    )
    for ending in ("csv", "json"):
        text = _body(client, f"{ADDRESS}organisations.{ending}").decode()
        assert "Дана" in text
        assert canary not in text
        assert make_bin(5) not in text
    page = organisation.pages.get(locale__language_code="kk")
    for address in (ADDRESS, page.url):
        text = _text(client, address)
        assert canary not in text
        assert make_bin(5) not in text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_a_cell_that_a_spreadsheet_would_compute_stays_text(
    client: Client, db: None, start: str
) -> None:
    make.make_tree()
    organisation = make.make_organisation("Дана")
    set_standing(organisation=organisation, kind="confirmed", since=clock.today())
    Organisation.objects.update(short_name_ru=f"{start}HYPERLINK(1)", lat=-1.5, lon=-2.5)
    row = _csv(_body(client, f"{ADDRESS}organisations.csv"))[0]
    assert row["short_name_ru"] == f"'{start}HYPERLINK(1)"
    assert row["lat"] == "-1.5", "our own numbers stay numbers"


@given(st.text())
def test_no_safe_cell_begins_a_formula(text: str) -> None:
    assert not safe_cell(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert safe_cell(text).removeprefix("'") == text.removeprefix("'")


def test_an_organisation_that_is_in_no_list_is_not_shown(founders: None, client: Client) -> None:
    make.make_organisation("Тізімде жоқ")
    answer = client.get(ADDRESS)
    assert "Тізімде жоқ" not in answer.content.decode()


def test_who_left_is_shown_when_asked_for(founders: None, client: Client) -> None:
    for organisation in Organisation.objects.filter(number=3):
        set_standing(organisation=organisation, kind="ended", since=clock.today())
    assert len(lists(client.get(ADDRESS))["founder"]) == 25
    assert lists(client.get(f"{ADDRESS}?standing=ended")) == {"ended": ["ЖӨӨБ дамыту институты"]}


def test_the_town_stands_without_its_region() -> None:
    assert town("Шығыс Қазақстан облысы, Өскемен қаласы", "kk") == "Өскемен қаласы"
    assert town("Oskemen, East Kazakhstan Region", "en") == "Oskemen"
    assert town("Алматы қаласы", "kk") == "Алматы қаласы"


def test_forms_are_words_of_the_filter(founders: None, client: Client) -> None:
    answer = client.get(f"{ADDRESS}?form=-")
    assert len(lists(answer)["founder"]) == Organisation.objects.filter(legal_form=None).count()
    assert LegalForm.objects.count() == 4

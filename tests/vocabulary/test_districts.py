"""Districts: 228 of them, each in a region, in the order of the reader's alphabet."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from monitoring.core.seeds import Report
from monitoring.core.text import kazakh_key
from monitoring.vocabulary.models import District, Region
from monitoring.vocabulary.seeds import seed
from monitoring.vocabulary.selectors import district_by_code, districts_by_region

pytestmark = pytest.mark.django_db


def test_every_district_is_seeded_in_a_region_and_again_changes_nothing() -> None:
    seed(Report())
    second = Report()
    seed(second)
    assert set(second.counts) == {"unchanged"}
    assert District.objects.count() == 228
    without_code = {row.code for row in District.objects.filter(kato=None)}
    assert without_code == {
        "10-zhanasemey",
        "61-sauran",
        "63-markakol",
        "63-ulken-naryn",
        "71-sarayshyk",
    }
    for row in District.objects.select_related("region"):
        assert row.code.startswith(row.region.kato_prefix)
        assert row.name_kk
        assert row.name_ru
        assert row.name_en


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_districts_stand_under_their_regions_in_alphabetical_order(
    language: str, django_assert_num_queries: Any
) -> None:
    seed(Report())
    with django_assert_num_queries(1):
        groups = districts_by_region(language)
    regions = [group["label"] for group in groups]
    assert regions == sorted(regions, key=kazakh_key)
    assert sum(len(group["districts"]) for group in groups) == 228
    for group in groups:
        names = [one["label"] for one in group["districts"]]
        assert names == sorted(names, key=kazakh_key)


def test_a_district_is_found_by_its_code_whatever_is_asked() -> None:
    seed(Report())
    found = district_by_code("61-sauran")
    assert found is not None
    assert found.region.code == "KZ-61"
    for nonsense in ("", "nowhere", "Ә" * 500):
        assert district_by_code(nonsense) is None


def test_a_point_is_whole_or_absent() -> None:
    seed(Report())
    region = Region.objects.get(code="KZ-61")
    half = District(code="x", kind="district", region=region, lat=43.0)
    half.name_kk = half.name_ru = half.name_en = "x"
    with pytest.raises(ValidationError):
        half.full_clean()

"""Reference words: three languages, addresses in plain letters, twenty tiles."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from monitoring.core.seeds import Report
from monitoring.vocabulary.models import Region, Status, Topic
from monitoring.vocabulary.seeds import seed

pytestmark = pytest.mark.django_db


def test_every_word_is_seeded_in_three_languages_and_again_changes_nothing() -> None:
    first, second = Report(), Report()
    seed(first)
    seed(second)
    assert (Topic.objects.count(), Region.objects.count()) == (10, 20)
    assert set(second.counts) == {"unchanged"}
    for model in (Topic, Status, Region):
        for row in model._default_manager.all():
            assert row.name_kk
            assert row.name_ru
            assert row.name_en


def test_every_region_has_a_tile_of_its_own_in_five_rows() -> None:
    seed(Report())
    tiles = {(region.tile_row, region.tile_col) for region in Region.objects.all()}
    assert len(tiles) == 20
    assert {row for row, _ in tiles} == {1, 2, 3, 4, 5}


def test_a_topics_address_has_plain_letters() -> None:
    topic = Topic(name="қаржы", slug="қаржы", name_kk="қаржы", name_ru="финансы", name_en="finance")
    with pytest.raises(ValidationError) as refused:
        topic.full_clean()
    assert set(refused.value.message_dict) == {"slug"}


def test_a_label_is_in_the_readers_language() -> None:
    seed(Report())
    topic = Topic.objects.get(slug="elections")
    for language, word in (("kk", "Сайлау"), ("ru", "Выборы"), ("en", "Elections")):
        with override(language):
            assert str(topic) == word

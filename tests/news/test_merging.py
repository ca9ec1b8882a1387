"""News about the double of a decision is about the record that is kept, drafts too."""

from __future__ import annotations

import pytest

from coalition.news.models import NewsDecision, NewsIndexPage
from coalition.news.selectors import about_decisions
from monitoring.decisions.merging import merge_decisions, unmerge_decisions
from tests.factories.news import again, make_news, publish
from tests.factories.record import make_decision

pytestmark = pytest.mark.django_db


def test_news_goes_with_its_decision_and_comes_back_whoever_saves_it_next(
    lists: NewsIndexPage,
) -> None:
    kept, gone = make_decision(number="7"), make_decision(number="8")
    page = publish(make_news(), decision_links=[NewsDecision(decision=gone, sort_order=1)])
    both = publish(
        make_news("Екеуі туралы"),
        decision_links=[NewsDecision(decision=one) for one in (kept, gone)],
    )
    merge = merge_decisions(kept=kept, gone=gone, by=None)
    assert about_decisions([kept.pk], "kk")
    again(page).get_latest_revision().publish()
    links = NewsDecision.objects.filter(page=page)
    assert [one.decision_id for one in links] == [kept.pk]
    assert set(both.decision_links.values_list("decision", flat=True)) == {kept.pk, gone.pk}
    unmerge_decisions(merge=merge, by=None)
    again(page).get_latest_revision().publish()
    assert [one.decision_id for one in links.all()] == [gone.pk]

"""Key documents: analysts mark them, readers of wide mails may ask for them alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from monitoring.decisions.models import Decision
from monitoring.decisions.services import update_decision
from monitoring.digests.models import Subscription
from monitoring.digests.queries import EVERYTHING, of_decision
from monitoring.digests.services import ask_subscription, confirm_subscriptions
from monitoring.journal.models import Change
from monitoring.mailing.models import OutgoingMail
from tests.digests.test_runs import close, text_of
from tests.digests.test_subscribing import FORM, ask
from tests.factories import digests as make

pytestmark = pytest.mark.django_db


def test_a_wide_mail_tells_of_key_documents_alone_and_a_single_one_is_told_anyway(
    operator: Any,
) -> None:
    key = make.decision("Негізгі заң", number="1", announce=False)
    other = make.decision("Қалған заң", number="2", announce=False)
    followed = make.decision("Өзім жазылған", number="3", announce=False)
    before = Change.objects.count()
    update_decision(decision=key, is_key=True, by=operator)
    assert Change.objects.count() == before  # marking announces nothing
    for query, kinds in ((EVERYTHING, "other,key"), (of_decision(followed.pk), "other")):
        ask_subscription(
            address="a@example.org", query=query, frequency="daily", kinds=kinds, language="kk"
        )
    confirm_subscriptions(subscriber=Subscription.objects.all()[0].subscriber)
    for number, decision in enumerate((key, other, followed)):
        update_decision(decision=decision, register_number=f"{number}00", by=None)
    close(operator)
    text = text_of(OutgoingMail.objects.get(template="digest"))
    assert "Негізгі заң" in text
    assert "Өзім жазылған" in text
    assert "Қалған заң" not in text


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_form_keeps_the_wish_and_drops_it_for_one_document(
    client: Client, language: str
) -> None:
    assert 'name="key_only"' in client.get(FORM[language]).content.decode()
    refused = ask(client, language, key_only="on", address="none")
    assert refused.status_code == 400
    assert refused.context["form"]["key_only"].value()
    decision: Decision = make.decision()
    for about in ("all", f"decision:{decision.pk}"):
        assert ask(client, language, about=about, key_only="on").status_code == 302
    kinds = list(Subscription.objects.order_by("pk").values_list("kinds", flat=True))
    assert kinds == ["stage,deadline,key", "stage,deadline"]

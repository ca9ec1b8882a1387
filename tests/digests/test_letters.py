"""Letters: previewed and counted before they leave, only to who ticked them, once, frozen."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.test import Client

from monitoring.digests import audiences, letters, links
from monitoring.digests.models import Letter, Subscriber
from monitoring.digests.services import change_reader, end_subscriptions, erase_subscriber
from monitoring.mailing import addresses
from monitoring.mailing.models import OutgoingMail
from tests.digests.golden import message_of, part_of
from tests.factories import digests as make

pytestmark = pytest.mark.django_db

WORDS = {
    "subject_kk": "Жиынға шақыру", "text_kk": "Келіңіздер.\n\nhttps://example.org/a",
    "subject_ru": "Приглашение", "text_ru": "Приходите.",
    "subject_en": "", "text_en": "",
    "audience": "all", "value": "", "is_public": True,
}  # fmt: skip


def reader(
    name: str, language: str = "kk", *, willing: bool = True, quiet: bool = False, **more: Any
) -> Subscriber:
    found = make.subscriber(f"{name}@example.org", language=language, **more)
    Subscriber.objects.filter(pk=found.pk).update(letters=willing, quiet_month=quiet)
    found.refresh_from_db()
    return found


def written(by: Any, **changes: Any) -> Letter:
    return letters.save_letter(letter=None, version=0, by=by, **{**WORDS, **changes})


def ready(by: Any, **changes: Any) -> Letter:
    letter = written(by, **changes)
    for code in ("kk", "ru"):
        letters.note_preview(letter=letter, language=code)
    letters.count_audience(letter=letter)
    letter.refresh_from_db()
    return letter


def mails() -> dict[str, OutgoingMail]:
    found = OutgoingMail.objects.filter(template="letter")
    return {mail.recipient.partition("@")[0]: mail for mail in found}


def test_a_letter_goes_once_to_each_who_ticked_letters_in_their_language(operator: Any) -> None:
    reader("a")
    reader("b", "ru")
    reader("c", "en")
    reader("d", willing=False)
    letter = letters.send_letter(letter=ready(operator), version=1, by=operator)
    assert letters.send_letters() == 3
    assert letters.send_letters() == 0
    letter.refresh_from_db()
    assert (letter.state, letter.mails, letter.sent_by) == ("sent", 3, operator)
    found = mails()
    assert sorted(found) == ["a", "b", "c"]
    assert str(message_of(found["b"])["Subject"]) == "Приглашение"
    english = part_of(message_of(found["c"]), "plain")
    assert "Келіңіздер." in english
    assert "in Kazakh" in english
    for mail in found.values():
        message = message_of(mail)
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert str(message["List-Id"]).startswith("<letter.")
        assert "/t/" in str(message["List-Unsubscribe"])
    assert len({mail.message_id for mail in found.values()}) == 3


def test_nothing_leaves_that_was_not_previewed_and_counted(operator: Any) -> None:
    reader("a")
    letter = written(operator)
    with pytest.raises(ValidationError):
        letters.send_letter(letter=letter, version=1, by=operator)
    letters.note_preview(letter=letter, language="kk")
    letters.count_audience(letter=letter)
    with pytest.raises(ValidationError):  # Russian was not looked at
        letters.send_letter(letter=letter, version=1, by=operator)
    letter = ready(operator)
    changed = letters.save_letter(
        letter=letter, version=1, by=operator, **{**WORDS, "text_ru": "Иначе."}
    )
    with pytest.raises(ValidationError):  # looked at before it changed
        letters.send_letter(letter=changed, version=2, by=operator)
    with pytest.raises(letters.TwoWritersError):
        letters.save_letter(letter=letter, version=1, by=operator, **WORDS)
    assert not mails()


def test_a_sent_letter_is_frozen(operator: Any) -> None:
    reader("a")
    letter = letters.send_letter(letter=ready(operator), version=1, by=operator)
    with pytest.raises(ValidationError):
        letters.save_letter(letter=letter, version=1, by=operator, **WORDS)


def test_audiences_are_followers_of_a_topic_or_region_and_people_of_members(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.topic("land")
    reader("a")
    follower = make.subscriber("b@example.org", make.about_topic("land"))
    Subscriber.objects.filter(pk=follower.pk).update(letters=True)
    of_topic = written(operator, audience="topic", value="land")
    assert [one.pk for one in audiences.of_letter(of_topic)] == [follower.pk]
    known = {"members": lambda: {addresses.digest("a@example.org"), addresses.digest("x@x.kz")}}
    monkeypatch.setattr(audiences, "_known", known)
    of_members = written(operator, audience="members")
    assert [one.address for one in audiences.of_letter(of_members)] == ["a@example.org"]
    with pytest.raises(ValidationError):
        written(operator, audience="region", value="")


def test_leaving_letters_wins_over_what_waits_and_keeps_what_is_followed(
    operator: Any, client: Client
) -> None:
    first, second = reader("a"), reader("b")
    letter = letters.send_letter(letter=ready(operator), version=1, by=operator)
    link = links.letters_link(first).removeprefix("http://localhost:8000")
    letters.send_letters()
    assert client.get(link).status_code == 200
    first.refresh_from_db()
    assert first.letters
    assert client.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    first.refresh_from_db()
    assert not first.letters
    assert first.subscriptions.active().count() == 1
    assert (mails()["a"].state, mails()["a"].raw) == ("suppressed", None)
    assert mails()["b"].state == "pending"
    erase_subscriber(subscriber=second)
    assert letter.told.count() == 1
    assert client.get(f"{link[:-3]}xx/").status_code == 404


@pytest.mark.parametrize("way", ["everything", "the tick"])
def test_who_ends_everything_or_unticks_letters_gets_none_not_even_a_waiting_one(
    operator: Any, way: str
) -> None:
    one = reader("a", quiet=True)
    letters.send_letter(letter=ready(operator), version=1, by=operator)
    letters.send_letters()
    if way == "everything":
        end_subscriptions(subscriber=one, how="manage page")
    else:
        change_reader(subscriber=one, letters=False)
    one.refresh_from_db()
    assert not one.letters
    assert one.quiet_month is (way == "the tick")
    assert mails()["a"].state == OutgoingMail.State.SUPPRESSED
    assert any("letters" in row.detail for row in one.consents.all())


def test_killed_between_two_batches_it_goes_on_with_the_next_reader(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        reader(f"r{number}")
    letter = letters.send_letter(letter=ready(operator), version=1, by=operator)
    write, seen = letters._write, list[int]()

    def die(*values: Any) -> int:
        if len(seen) == 1:
            raise KeyboardInterrupt
        seen.append(write(*values))
        return seen[-1]

    monkeypatch.setattr(letters, "BATCH", 2)
    with monkeypatch.context() as patch:
        patch.setattr(letters, "_write", die)
        with pytest.raises(KeyboardInterrupt):
            letters.make_letter(letter=letter)
    assert len(mails()) == 2
    letters.send_letters()
    assert len(mails()) == letter.told.count() == 5


def test_a_public_letter_has_a_page_and_a_private_one_has_none(
    operator: Any, client: Client
) -> None:
    reader("a")
    for is_public, status in ((True, 200), (False, 404)):
        letter = ready(operator, is_public=is_public)
        address = f"/kk/shygarylymdar/l/{letter.pk}/"
        assert client.get(address).status_code == 404  # a draft
        letters.send_letter(letter=letter, version=1, by=operator)
        assert client.get(address).status_code == status


def test_the_admin_refuses_whoever_may_not_write_letters_and_sends_after_all_steps(
    client: Client,
) -> None:
    user = get_user_model().objects.create_user(email="e@example.org", password="x")
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["access_admin", "view_digestrun"])
    )
    client.force_login(user)
    assert client.get("/admin/digests/letters/").status_code in {302, 403}
    user.user_permissions.add(Permission.objects.get(codename="send_letter"))
    reader("a")
    data = {name: value for name, value in WORDS.items() if name != "is_public"} | {"version": "0"}
    answer = client.post("/admin/digests/letters/new/", data)
    letter = Letter.objects.get()
    address = f"/admin/digests/letters/{letter.pk}/"
    assert (answer.status_code, answer["Location"]) == (302, address)
    client.post(f"{address}send/", {"version": "1"})
    assert Letter.objects.get().state == "draft"
    assert client.get(f"{address}preview/kk/").status_code == 405
    for code in ("kk", "ru"):
        assert client.post(f"{address}preview/{code}/").status_code == 200
        assert "/t/" not in client.get(f"{address}html/{code}/").content.decode()
    client.post(f"{address}count/")
    client.post(f"{address}send/", {"version": "1"})
    assert (Letter.objects.get().state, Letter.objects.get().sent_by) == ("sending", user)

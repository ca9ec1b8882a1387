"""«Our organisation»: a volunteer corrects a telephone number, and nothing typed is ever lost."""

from __future__ import annotations

import contextlib
import io
import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Picture
from wagtail.models import WorkflowState

from coalition.registry.models import Organisation, OrganisationPage
from coalition.registry.own_forms import normalise_phone
from coalition.registry.own_models import DataCheck, OwnDraft
from coalition.registry.own_services import settle_drafts
from coalition.registry.services import appoint_representative, retire_representative
from monitoring.mailing.models import OutgoingMail
from tests.factories import registry as make
from tests.registry.conftest import FORM, OURS, TASKS, Desk, make_desk

pytestmark = pytest.mark.django_db

LANGUAGES = ("kk", "ru", "en")


def review(secretariat: Client, action: str = "publish", **typed: str) -> Any:
    draft = OwnDraft.objects.latest("pk")
    return secretariat.post(
        f"/admin/own-drafts/{draft.pk}/",
        {"version": str(draft.version), "action": action, **typed},
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_corrected_number_is_public_in_three_languages_once_the_secretariat_has_read_it(
    desk: Desk, secretariat: Client, language: str
) -> None:
    typed = {"phone": "8 (701) 123-45-67", f"sentence_{language}": "Біз / Мы / We"}
    answer = desk.post(language, **typed)
    assert answer.status_code == 302, answer.context["form"].errors
    assert answer["Location"] == TASKS[language]
    for page in OrganisationPage.objects.all():
        assert page.phone == "", "not public yet"
        assert page.get_latest_revision_as_object().phone == "+7 701 123 45 67"
    draft = OwnDraft.objects.get()
    assert draft.state == OwnDraft.State.SENT
    assert draft.workflow_state is not None
    assert draft.workflow_state.status == WorkflowState.STATUS_IN_PROGRESS

    read = secretariat.get(f"/admin/own-drafts/{draft.pk}/").content.decode()
    assert "+7 701 123 45 67" in read
    assert review(secretariat).status_code == 302
    for page in OrganisationPage.objects.all():
        assert page.phone == "+7 701 123 45 67"
        assert not page.has_unpublished_changes
        assert "+7 701 123 45 67" in Client().get(page.url).content.decode()
    draft.refresh_from_db()
    assert draft.state == OwnDraft.State.PUBLISHED
    assert draft.workflow_state is not None
    assert draft.workflow_state.status == WorkflowState.STATUS_APPROVED
    mail = OutgoingMail.objects.get(template="own_published")
    assert (mail.recipient, mail.language) == ("member@example.org", language)
    assert DataCheck.objects.get().by == desk.person


def test_name_place_and_experience_reach_the_organisation(desk: Desk, secretariat: Client) -> None:
    desk.post(short_name_kk="Арай жастары", place_kk="Лепсі ауылы", experience=["budget"])
    review(secretariat)
    organisation = Organisation.objects.get()
    assert organisation.short_name_kk == "Арай жастары"
    assert organisation.short_name_ru == "Арай ru", "what was not changed stays"
    assert organisation.place_kk == "Лепсі ауылы"
    assert [one.key for one in organisation.experience.all()] == ["budget"]
    page = organisation.pages.get(locale__language_code="kk")
    assert page.title == "Арай жастары"
    assert page.draft_title == "Арай жастары"


PHONE = {
    "kk": "Телефон нөмірінде 11 цифр болуы керек, қазір 10.",
    "ru": "В номере телефона должно быть 11 цифр, сейчас 10.",
    "en": "A telephone number must have 11 digits, now 10.",
}
EMAIL = {
    "kk": "«arai-example.org» электрондық мекенжай емес",
    "ru": "«arai-example.org»",
    "en": "“arai-example.org” is not an e-mail address.",
}
EMPTY = {"kk": "Осы жолды толтырыңыз.", "ru": "Заполните это поле.", "en": "Fill in this field."}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("action", ["send", "save"])
def test_what_is_wrong_is_said_at_its_field_and_everything_typed_is_kept(
    desk: Desk, language: str, action: str
) -> None:
    typed = {
        "phone": "+7 701 123 45 6",
        "email": "arai-example.org",
        f"short_name_{language}": "",
        "website": "жоқ сайт",
        "action": action,
    }
    answer = desk.post(language, **typed)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f'<html lang="{language}">' in page
    assert f'<a href="#id_phone">{PHONE[language]}</a>' in page
    assert 'value="+7 701 123 45 6"' in page
    assert 'value="arai-example.org"' in page
    assert "arai-example.org" in answer.context["form"].errors["email"][0]
    assert answer.context["form"].errors[f"short_name_{language}"] == [EMPTY[language]]
    assert "website" in answer.context["form"].errors
    assert '<input type="hidden" name="version" value="1"' in page, "the next send is no conflict"
    draft = OwnDraft.objects.get()
    assert draft.state == OwnDraft.State.DRAFT
    assert draft.values["phone"] == "+7 701 123 45 6"
    assert OrganisationPage.objects.filter(has_unpublished_changes=True).count() == 0
    again = Client()
    again.force_login(desk.person)
    assert 'value="+7 701 123 45 6"' in again.get(FORM[language]).content.decode()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("8 (701) 123-45-67", "+7 701 123 45 67"),
        ("+77011234567", "+7 701 123 45 67"),
        ("+7 7172 12-34-56", "+7 717 212 34 56"),
        ("", ""),
    ],
)
def test_a_number_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert normalise_phone(typed) == stored


def test_a_website_gets_its_scheme_and_no_script(desk: Desk) -> None:
    assert desk.post(website="javascript:alert(1)").status_code == 400
    version = str(OwnDraft.objects.get().version)
    assert desk.post(website="arai.example.org", version=version).status_code == 302
    assert OwnDraft.objects.get().values["website"] == "https://arai.example.org"


def test_sending_twice_is_sending_once(desk: Desk) -> None:
    for _ in range(2):
        assert desk.post(phone="+77011234567").status_code == 302
    assert OwnDraft.objects.get().version == 1
    assert WorkflowState.objects.count() == 1


def test_a_draft_is_saved_and_says_when(desk: Desk) -> None:
    answer = desk.post(phone="+77011234567", action="save")
    assert answer["Location"] == FORM["kk"]
    page = desk.client.get(FORM["kk"])
    assert 'id="saved"' in page.content.decode()
    assert "no-store" not in page["Cache-Control"], "a browser would forget on going back"
    assert OwnDraft.objects.get().state == OwnDraft.State.DRAFT
    assert not WorkflowState.objects.exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_secretariat_returns_a_text_with_a_sentence_in_the_persons_language(
    desk: Desk, secretariat: Client, language: str
) -> None:
    desk.post(language, phone="+77011234567", **{f"sentence_{language}": "Біз / Мы / We"})
    assert review(secretariat, "return", note=" ").status_code == 400
    assert OwnDraft.objects.get().state == OwnDraft.State.SENT
    assert review(secretariat, "return", note="Мекенжайды жазыңыз").status_code == 302
    draft = OwnDraft.objects.get()
    assert draft.state == OwnDraft.State.RETURNED
    mail = OutgoingMail.objects.get(template="own_returned")
    assert mail.language == language
    tasks = desk.client.get(TASKS[language])
    assert tasks.status_code == 200
    assert "Мекенжайды жазыңыз" in tasks.content.decode()
    page = desk.client.get(FORM[language]).content.decode()
    assert "Мекенжайды жазыңыз" in page
    assert "+7 701 123 45 67" in page
    sentence = {f"sentence_{language}": "Біз / Мы / We"}
    again = desk.post(language, phone="+77017654321", version=str(draft.version), **sentence)
    assert again.status_code == 302
    assert review(secretariat).status_code == 302


def test_a_decision_on_a_text_that_was_sent_anew_is_refused(
    desk: Desk, secretariat: Client
) -> None:
    desk.post(phone="+77011234567")
    desk.post(phone="+77017654321", version="1")
    draft = OwnDraft.objects.get()
    answer = secretariat.post(
        f"/admin/own-drafts/{draft.pk}/", {"version": "1", "action": "publish"}
    )
    assert answer.status_code == 409
    assert "+7 701 765 43 21" in answer.content.decode()
    assert review(secretariat).status_code == 302
    assert review(secretariat).status_code == 409


def test_what_was_decided_in_the_pages_own_editor_is_followed(
    desk: Desk, secretariat: Client
) -> None:
    desk.post(phone="+77011234567", place_kk="Лепсі ауылы")
    state = WorkflowState.objects.get()
    page = OrganisationPage.objects.get(locale__language_code="kk")
    secretariat.post(
        f"/admin/pages/workflow/action/{page.pk}/approve/{state.current_task_state_id}/"
    )
    assert settle_drafts() == 1
    assert Organisation.objects.get().place_kk == "Лепсі ауылы"
    assert {page.phone for page in OrganisationPage.objects.all()} == {"+7 701 123 45 67"}
    assert settle_drafts() == 0


def test_a_draft_that_cannot_be_settled_keeps_no_other_waiting(
    desk: Desk, secretariat: Client, caplog: pytest.LogCaptureFixture
) -> None:
    desk.post(phone="+77011234567")
    other = make_desk("Намыс", "other@example.org")
    other.post(phone="+77017654321")
    for state in WorkflowState.objects.order_by("pk"):
        secretariat.post(
            f"/admin/pages/workflow/action/{state.object_id}/approve/{state.current_task_state_id}/"
        )
    first = OwnDraft.objects.get(organisation=desk.organisation)
    values = {name: value for name, value in first.values.items() if name != "experience"}
    OwnDraft.objects.filter(pk=first.pk).update(values=values)
    assert settle_drafts() == 1
    assert f"draft {first.pk} cannot follow" in caplog.text
    states = dict(OwnDraft.objects.values_list("organisation__short_name_kk", "state"))
    assert states == {"Арай kk": OwnDraft.State.SENT, "Намыс kk": OwnDraft.State.PUBLISHED}
    assert {page.phone for page in other.organisation.pages.all()} == {"+7 701 765 43 21"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_return_without_a_remark_speaks_the_language_of_the_draft(
    desk: Desk, secretariat: Client, language: str
) -> None:
    desk.post(language, phone="+77011234567", **{f"sentence_{language}": "Біз / Мы / We"})
    state = WorkflowState.objects.get()
    secretariat.post(
        f"/admin/pages/workflow/action/{state.object_id}/reject/{state.current_task_state_id}/"
    )
    with translation.override("en" if language == "kk" else "kk"):  # the worker's
        assert settle_drafts() == 1
    with translation.override(language):
        sentence = gettext("The secretariat returned the text without a remark.")
    assert OwnDraft.objects.get().note == sentence


BOTH = {
    "kk": "басқа мәтін сақталды",
    "ru": "здесь сохранили другой текст",
    "en": "Meanwhile somebody saved here",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_second_hand_is_refused_with_both_texts_and_then_decides(
    desk: Desk, language: str
) -> None:
    other = make.make_person("", "second@example.org", first_name="Second")
    appoint_representative(organisation=desk.organisation, user=other, role="member")
    sentence = {f"sentence_{language}": "Біз / Мы / We"}
    desk.post(language, phone="+77011234567", **sentence)
    second = Client()
    second.force_login(other)
    typed = desk.typed(phone="+77017654321", **sentence)
    answer = second.post(FORM[language], typed, **OURS)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "+7 701 123 45 67" in page
    assert 'value="+77017654321"' in page
    assert BOTH[language] in str(answer.context["form"].errors["phone"])
    assert desk.person.get_full_name() in page
    assert OwnDraft.objects.get().values["phone"] == "+7 701 123 45 67"
    version = answer.context["form"].data["version"]
    again = second.post(FORM[language], {**typed, "version": version}, **OURS)
    assert again.status_code == 302
    assert OwnDraft.objects.get().values["phone"] == "+7 701 765 43 21"


def test_a_text_written_in_the_admin_meanwhile_is_shown_beside_the_own(desk: Desk) -> None:
    desk.post(phone="+77011234567", action="save")
    editor = make.make_person("", "editor-of-a@example.org", first_name="Editor")
    page = OrganisationPage.objects.get(locale__language_code="kk")
    newest = page.get_latest_revision_as_object()
    newest.phone = "+7 702 000 00 00"
    newest.save_revision(user=editor)
    answer = desk.post(phone="+77019999999", version="1")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "+7 702 000 00 00" in text
    assert 'value="+77019999999"' in text
    reread = desk.client.get(FORM["kk"]).content.decode()
    assert 'value="+7 702 000 00 00"' in reread
    assert "+7 701 123 45 67" in reread, "the own text is shown once more"


def test_nobody_reaches_another_organisation(desk: Desk) -> None:
    other = make_desk("Намыс", "other@example.org")
    address = f"{FORM['kk']}{other.organisation.pk}/"
    assert desk.client.get(address).status_code == 404
    typed = other.typed(phone="+77011234567")
    assert desk.client.post(address, typed, **OURS).status_code == 404
    assert desk.client.post(address, {"action": "confirm"}, **OURS).status_code == 404
    assert not OwnDraft.objects.exists()
    assert not DataCheck.objects.exists()
    assert "Намыс" not in desk.client.get(TASKS["kk"]).content.decode()


@pytest.mark.parametrize("role", ["member", "member-editor", "editor", "analyst", "translator"])
def test_only_who_may_publish_for_organisations_decides(desk: Desk, role: str) -> None:
    desk.post(phone="+77011234567")
    draft = OwnDraft.objects.get()
    client = Client()
    client.force_login(make.make_person(role, f"{role}@example.net"))
    for address in ("/admin/own-drafts/", f"/admin/own-drafts/{draft.pk}/"):
        assert client.get(address).status_code in {302, 403}
        answer = client.post(address, {"version": "1", "action": "publish"})
        assert answer.status_code in {302, 403, 405}
    draft.refresh_from_db()
    assert draft.state == OwnDraft.State.SENT


def test_an_ended_representative_is_out_at_the_next_click_and_keeps_the_name(desk: Desk) -> None:
    desk.post(phone="+77011234567")
    retire_representative(organisation=desk.organisation, user=desk.person)
    assert desk.client.get(f"{FORM['kk']}{desk.organisation.pk}/").status_code == 404
    assert desk.post(phone="+77010000000")["Location"] == TASKS["kk"]
    assert OwnDraft.objects.get().values["phone"] == "+7 701 123 45 67"
    assert not desk.person.groups.exists()
    name = desk.person.get_full_name()
    desk.person.delete()
    row = desk.organisation.representatives.get()
    assert (row.user, row.name) == (None, name)
    assert OwnDraft.objects.get().by_name == name


FOREIGN = {
    "kk": "басқа сайттан",
    "ru": "с другого сайта",
    "en": "This form was sent from another site.",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_a_form_sent_by_another_site_is_refused_with_its_text(
    desk: Desk, language: str, origin: str
) -> None:
    headers: Any = {"HTTP_ORIGIN": origin} if origin else {}
    typed = desk.typed(phone="+77011234567")
    answer = desk.client.post(FORM[language], typed, **headers)
    assert answer.status_code == 403
    assert FOREIGN[language] in answer.content.decode()
    assert 'value="+77011234567"' in answer.content.decode()
    assert not OwnDraft.objects.exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_typed_after_the_sign_in_ended_stands_there_after_the_next(
    desk: Desk, language: str
) -> None:
    late = Client()
    typed = desk.typed(phone="+77011234567")
    answer = late.post(FORM[language], typed, **OURS, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[0][0].endswith(f"?next={FORM[language].replace('/', '%2F')}")
    assert not OwnDraft.objects.exists()
    late.force_login(desk.person)
    page = late.get(FORM[language]).content.decode()
    assert 'value="+77011234567"' in page
    assert late.post(FORM[language], typed, **OURS).status_code in {302, 400}
    assert "own_form" not in late.session


def _png(size: tuple[int, int] = (40, 30)) -> io.BytesIO:
    file = io.BytesIO()
    Picture.new("RGB", size, "navy").save(file, "PNG")
    file.name = "логотип.png"
    file.seek(0)
    return file


def test_a_logo_is_kept_even_when_another_field_is_wrong(desk: Desk, secretariat: Client) -> None:
    assert desk.post(phone="1", logo=_png()).status_code == 400
    kept = OwnDraft.objects.get().values["logo"]
    assert kept
    assert desk.post(phone="+77011234567", version="1").status_code == 302
    review(secretariat)
    assert {page.logo_id for page in OrganisationPage.objects.all()} == {kept}
    desk.organisation.refresh_from_db()
    image = OrganisationPage.objects.all()[0].logo
    assert image.collection == desk.organisation.collection


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["logo.svg", "logo.png"])
def test_a_hostile_logo_is_refused_and_the_text_kept(desk: Desk, language: str, name: str) -> None:
    file = io.BytesIO(SVG)
    file.name = name
    answer = desk.post(language, phone="+77011234567", logo=file)
    assert answer.status_code == 400
    assert answer.context["form"].errors["logo"]
    assert 'value="+77011234567"' in answer.content.decode()
    assert not OwnDraft.objects.get().values["logo"]


def test_sending_what_the_site_shows_already_confirms_it(desk: Desk) -> None:
    assert desk.post(sentence_kk="").status_code == 400, "one sentence is asked for"
    OwnDraft.objects.all().delete()
    for page in desk.organisation.pages.all():
        page.lead = "Бюджет оқимыз" if page.locale.language_code == "kk" else ""
        page.save_revision().publish()
    assert desk.post().status_code == 302
    assert not OwnDraft.objects.exists()
    assert DataCheck.objects.get().how == DataCheck.How.FORM


def test_the_author_gets_one_mail_of_each_decision(desk: Desk, secretariat: Client) -> None:
    desk.post(phone="+77011234567")
    review(secretariat, "return", note="Мекенжайды жазыңыз")
    desk.post(phone="+77017654321", version="1")
    review(secretariat)
    to_author = OutgoingMail.objects.filter(recipient=desk.person.email).order_by("pk")
    assert [mail.template for mail in to_author] == ["own_returned", "own_published"]


def test_the_pages_of_an_organisations_people_cost_few_queries(
    desk: Desk, django_assert_max_num_queries: Any
) -> None:
    desk.post(phone="+77011234567")
    for address, most in ((FORM["kk"], 30), (TASKS["kk"], 40)):
        desk.client.get(address)
        with django_assert_max_num_queries(most):
            desk.client.get(address)


@given(st.text(max_size=60))
def test_a_number_is_stored_well_or_refused(typed: str) -> None:
    with contextlib.suppress(ValidationError):
        stored = normalise_phone(typed)
        assert stored == "" or re.fullmatch(r"\+7 \d{3} \d{3} \d\d \d\d", stored)
        assert normalise_phone(stored) == stored, "stored once more, it stays"

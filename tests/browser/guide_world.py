"""Rows that the steps of the editors' guide need, made inside the running site's own database.

Run by `manage.py shell`; `LANGUAGE` in the environment says in which language people read the
admin. Prints one line of JSON with the ids. Everything is an example and says so in its title.
"""

from __future__ import annotations

import json
import os
import uuid

from django.test.utils import override_settings
from wagtail.images.models import Image
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Collection
from wagtail.users.models import UserProfile

from coalition.accounts.models import User
from coalition.news.models import NewsIndexPage, NewsPage
from monitoring.decisions.models import Edition
from monitoring.journal.services import report_error
from tests.factories import evidence

LANGUAGE = os.environ.get("LANGUAGE", "kk")[:2]
TITLES = {
    "kk": "Мысал: ауылда жиын өтті",
    "ru": "Пример: в селе прошёл сход",
    "en": "Example: a gathering was held in the village",
}
LEADS = {
    "kk": "Тұрғындар жол жөндеуді талқылады.",
    "ru": "Жители обсудили ремонт дороги.",
    "en": "Residents discussed the repair of the road.",
}
REMARKS = {"kk": "Күнін тексеріңіз.", "ru": "Проверьте дату.", "en": "Check the date."}
ERRORS = {
    "kk": "Телефон нөмірінің соңғы цифры қате.",
    "ru": "Последняя цифра телефона неверна.",
    "en": "The last digit of the telephone is wrong.",
}


def people() -> dict[str, User]:
    """The logins for trying out, reading the asked language."""
    found = {one.email.partition("@")[0]: one for one in User.objects.all()}
    for person in found.values():
        UserProfile.objects.update_or_create(user=person, defaults={"preferred_language": LANGUAGE})
    return found


def main() -> None:
    """Make the rows and name them."""
    who = people()
    index = NewsIndexPage.objects.get(locale__language_code=LANGUAGE)

    def news(live: bool = False) -> NewsPage:
        page = NewsPage(
            title=TITLES[LANGUAGE], lead=LEADS[LANGUAGE], live=live, owner=who["editor"]
        )
        index.add_child(instance=page)
        page.save_revision(user=who["editor"])
        return page

    def sent(page: NewsPage) -> NewsPage:
        page.get_workflow().start(page, who["editor"])
        return page

    returned = sent(news())
    state = returned.current_workflow_state.current_task_state
    state.reject(user=who["secretariat"], comment=REMARKS[LANGUAGE])
    older = news()
    older.get_latest_revision().publish()
    older.lead = f"{LEADS[LANGUAGE]} {REMARKS[LANGUAGE]}"
    newer = older.save_revision(user=who["editor"])
    newer.publish()
    name = f"Example {uuid.uuid4().hex[:6]}"  # the steps may be performed again
    source = evidence.source(f"https://example.org/{name.split()[1]}", name=name)
    report = report_error(
        page=f"/{LANGUAGE}/", text=ERRORS[LANGUAGE], address="", language=LANGUAGE
    )
    image = Image.objects.create(
        title=TITLES[LANGUAGE],
        file=get_test_image_file(f"example-{LANGUAGE}.png", size=(640, 400)),
        collection=Collection.objects.get(depth=1),
        uploaded_by_user=who["editor"],
    )
    edition = Edition.objects.filter(language=LANGUAGE, summary="").order_by("-pk").first()
    assert edition is not None
    revisions = list(older.revisions.order_by("pk").values_list("pk", flat=True))
    made = {
        "index": index.pk,
        "title": TITLES[LANGUAGE],
        "lead": LEADS[LANGUAGE],
        "remark": REMARKS[LANGUAGE],
        "picture_draft": news().pk,
        "send": news().pk,
        "review": sent(news()).pk,
        "returned": returned.pk,
        "schedule": news().pk,
        "versions": older.pk,
        "revisions": revisions,
        "image": image.pk,
        "edition": edition.pk,
        "decision": edition.decision_id,
        "candidate": evidence.candidate(source, title=TITLES[LANGUAGE]).pk,
        "report": report.pk,
    }
    print("WORLD " + json.dumps(made))


with override_settings(DOORBELLS=False):
    main()

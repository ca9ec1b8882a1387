"""Every address of the admin, filled with the ids of one organisation.

An address is left out only by name and with a reason; a parameter nobody knows fails the walk, so a
new view cannot slip by.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

LEFT_OUT = {
    "wagtailadmin_logout": "ends the walker's own session",
    "wagtailadmin_password_reset_confirm": "asks for a token out of a mail",
}

QUERIES = ("", "?q=ZZ", "?export=csv", "?fields=*", "?show_hidden=1&p=1&ordering=title")
"""What a curious person appends to an address without ids."""

BROKEN_IN_WAGTAIL = {"wagtailadmin_error_test", "wagtailadmin_choose_page_external_link"}
"""Answer 500 by themselves: the first on purpose, the second to a POST without its field."""

IGNORED = {
    "sessions.Session": "the walker's own session",
    "wagtailadmin.EditingSession": "who has a form open; named only to those who may open it",
    "core.TokenBucket": "counts tries",
    "wagtailcore.ReferenceIndex": "derived",
    "wagtailusers.UserProfile": "the walker's own settings",
    "wagtailimages.Rendition": "the small picture of an own image",
}


def queries_of(path: str) -> tuple[str, ...]:
    """Lists are asked with every query, the address of one thing once."""
    return QUERIES[:1] if re.search(r"/\d+/", path) else QUERIES


@dataclass
class Ids:
    """The ids of one organisation by what they are ids of."""

    page: list[int] = field(default_factory=list)
    revision: list[int] = field(default_factory=list)
    workflow_state: list[int] = field(default_factory=list)
    task_state: list[int] = field(default_factory=list)
    task: list[int] = field(default_factory=list)
    workflow: list[int] = field(default_factory=list)
    image: list[int] = field(default_factory=list)
    document: list[int] = field(default_factory=list)
    collection: list[int] = field(default_factory=list)
    user: list[int] = field(default_factory=list)
    group: list[int] = field(default_factory=list)
    session: list[int] = field(default_factory=list)
    translation: list[int] = field(default_factory=lambda: [1])
    row: dict[str, list[int]] = field(default_factory=dict)
    """Ids of other models by label, for their viewsets."""


APP_KEYS = ("content_type_app_name", "app_label", "app_name")
MODEL_KEYS = ("content_type_model_name", "model_name")
MODELS = (
    ("registry", "organisationpage"),
    ("news", "newspage"),
    ("news", "eventpage"),
    ("library", "libraryentrypage"),
    ("wagtailcore", "page"),
    ("wagtailimages", "image"),
    ("wagtaildocs", "document"),
    ("wagtailusers", "user"),
    ("accounts", "user"),
    ("registry", "organisation"),
    ("website", "contactsettings"),
    ("wagtailcore", "groupapprovaltask"),
)
PAGE_ACTIONS = ("delete", "move", "publish", "unpublish", "copy", "add_tags", "add_to_collection")
API_ACTIONS = (
    "convert_alias", "copy", "delete", "publish", "unpublish", "move", "copy_for_translation",
    "create_alias", "revert_to_page_revision",
)  # fmt: skip


def addresses(ids: Ids) -> list[tuple[str, str]]:
    """(view name, path) of every view under /admin/, with every combination of the ids."""
    found: list[tuple[str, str]] = []
    unknown: set[str] = set()
    for name, pattern in _views():
        if name in LEFT_OUT:
            continue
        for keywords in _keywords(name, pattern, ids, unknown):
            try:
                path = reverse(name, kwargs=keywords)
            except NoReverseMatch:
                continue
            found.append((name, path))
    assert not unknown, f"the walk knows no values for {sorted(unknown)}"
    return sorted(set(found))


def _views() -> Iterator[tuple[str, URLPattern]]:
    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and str(resolver.pattern) == "admin/":
            yield from _below(resolver, ())


def _below(resolver: URLResolver, spaces: tuple[str, ...]) -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            if one.name:
                yield ":".join([*spaces, one.name]), one
        else:
            yield from _below(one, (*spaces, one.namespace) if one.namespace else spaces)


def _keywords(
    name: str, pattern: URLPattern, ids: Ids, unknown: set[str]
) -> Iterator[dict[str, Any]]:
    keys = sorted({**pattern.pattern.converters, **pattern.pattern.regex.groupindex})
    pools = []
    for key in keys:
        pool = _values(name, key, pattern, ids)
        if pool is None:
            unknown.add(f"{key} of {name}")
            return
        pools.append(pool)
    for chosen in itertools.product(*pools):
        keywords = dict(zip(keys, chosen, strict=True))
        named = tuple(keywords[key] for key in keys if key in APP_KEYS or key in MODEL_KEYS)
        if len(named) < 2 or named in MODELS:
            yield keywords


def _values(name: str, key: str, pattern: URLPattern, ids: Ids) -> list[Any] | None:
    by_key: dict[str, list[Any]] = {
        "page_id": ids.page,
        "parent_page_id": ids.page,
        "page_to_move_id": ids.page,
        "destination_id": ids.page[:1],
        "page_pk": ids.page,
        "revision_id": ids.revision,
        "revision_id_a": ids.revision[:2],
        "revision_id_b": ["latest", *ids.revision[-1:]],
        "task_state_id": ids.task_state,
        "task_id": ids.task,
        "workflow_state_id": ids.workflow_state,
        "workflow_pk": ids.workflow,
        "image_id": ids.image,
        "document_id": ids.document,
        "doc_id": ids.document,
        "uploaded_file_id": ids.document[:1],
        "collection_id": ids.collection,
        "session_id": ids.session,
        "object_id": ids.page[:2],
        "translation_id": ids.translation,
        "translation_source_id": ids.translation,
        "string_segment_id": ids.translation,
        "overridable_segment_id": ids.translation,
        "redirect_id": [1],
        "filter_spec": ["original", "max-165x165"],
        "action_name": ["approve", "reject", *API_ACTIONS],
        "action": list(PAGE_ACTIONS),
        "mode": [""],
        "form": ["xlsx"],
        "language": ["kk"],
        "frequency": ["daily"],
        "step": [1],
        "change": [1],
        "number": [1, 2],
        "section": [1],
        "provision": [1],
    }
    if key in by_key:
        return by_key[key]
    if key in APP_KEYS:
        return sorted({app for app, _ in MODELS})
    if key in MODEL_KEYS:
        return sorted({model for _, model in MODELS})
    if key == "pk":
        return _of_model(name, pattern, ids)
    return None


def _of_model(name: str, pattern: URLPattern, ids: Ids) -> list[Any] | None:
    spaces = {
        "wagtailadmin_api:pages": ids.page,
        "wagtailadmin_api:documents": ids.document,
        "wagtailadmin_api:images": ids.image,
        "wagtailadmin_pages": ids.page,
        "wagtailadmin_collections": ids.collection,
        "wagtailadmin_workflows": [*ids.workflow, *ids.task],
        "wagtailusers_users": ids.user,
        "wagtailusers_groups": ids.group,
        "wagtaillocales": [1],
        "wagtailsites": [1],
        "wagtaildocs_chooser": ids.document,
        "wagtailimages_chooser": ids.image,
        "wagtailsettings": [1],
        "wagtail_localize": ids.page,
    }
    for space, pool in spaces.items():
        if name.startswith(f"{space}:"):
            return pool
    callback: Any = pattern.callback
    made = getattr(callback, "view_initkwargs", {})
    model = made.get("model") or getattr(getattr(callback, "view_class", None), "model", None)
    if model is None:  # a plain function: what it takes is not told, so pages and any row
        return [*ids.page, 1]
    return ids.row.get(model._meta.label, [1])


def state() -> dict[str, list[str]]:
    """Every row of every table, but for what a request may leave behind by itself."""
    encode = DjangoJSONEncoder(sort_keys=True, ensure_ascii=False).encode
    found = {}
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        if label in IGNORED or not model._meta.managed or model._meta.proxy:
            continue
        rows = model._base_manager.values()
        found[label] = sorted(encode({k: str(v) for k, v in row.items()}) for row in rows)
    return found


class Writes:
    """The statements of a request that change rows, but for tables that any request may touch.

    As `with connection.execute_wrapper(writes)`; `take()` hands over what was seen since.
    """

    PASSING = re.compile(
        r"django_session|editingsession|core_tokenbucket|userprofile|referenceindex|rendition|SAVEPOINT"
    )

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Let the statement pass and note it."""
        if re.match(r"\s*(INSERT|UPDATE|DELETE)", sql, re.IGNORECASE) and not self.PASSING.search(
            sql
        ):
            self.seen.append(sql[:120])
        return execute(sql, params, many, context)

    def take(self) -> list[str]:
        """What was seen since the last call."""
        taken, self.seen = self.seen, []
        return taken


def words_in(body: bytes, secrets: tuple[str, ...]) -> list[str]:
    """The secrets that stand in an answer, however it is escaped."""
    text = body.decode("utf-8", "replace")
    plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    return [secret for secret in secrets if secret in plain]

"""The borders of the house hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeGuard

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Model
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parent.parent.parent
LAYERS = [
    ["website"], ["governance"], ["workshop"], ["positions"], ["news", "library"], ["memorandum"],
    ["registry"], ["pages"], ["accounts"], ["web", "api"], ["digests"], ["intake"], ["decisions"],
    ["evidence"], ["institutions"], ["journal"], ["search"], ["mailing"], ["vocabulary"], ["core"],
]  # fmt: skip
HEIGHT = {room: -floor for floor, rooms in enumerate(LAYERS) for room in rooms}


def is_model(target: object) -> TypeGuard[type[Model]]:
    return isinstance(target, type) and issubclass(target, Model)


def python_files(folder: str) -> list[Path]:
    return [path for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]


def sources() -> list[Path]:
    return python_files("monitoring") + python_files("coalition")


def imports(path: Path) -> set[str]:
    found = re.findall(r"^\s*(?:from|import)\s+([\w.]+)", path.read_text(), re.MULTILINE)
    return set(found)


def test_no_import_climbs_to_a_higher_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0


def test_no_foreign_key_points_to_a_higher_room() -> None:
    climbing = []
    for model in apps.get_models():
        room = model._meta.app_label
        for field in model._meta.get_fields():
            target = field.related_model
            if field.auto_created or not is_model(target):
                continue
            if target._meta.label == settings.AUTH_USER_MODEL:
                continue
            if room in HEIGHT and HEIGHT.get(target._meta.app_label, -99) > HEIGHT[room]:
                climbing.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")
    assert climbing == []


@pytest.mark.parametrize(
    ("package", "door"),
    [
        ("elasticsearch", "monitoring/search/backends/elasticsearch.py"),
        ("tantivy", "monitoring/search/backends/embedded.py"),
        ("httpx", "monitoring/evidence/http.py"),
        ("httpcore", "monitoring/evidence/http.py"),
        ("requests", "nowhere"),
        ("elasticsearch_dsl", "nowhere"),
    ],
)
def test_only_one_file_imports_an_outside_thing(package: str, door: str) -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in sources()
        if any(name.split(".")[0] == package for name in imports(path))
    }
    assert found <= {door}


def test_models_import_no_services() -> None:
    assert [
        str(path)
        for path in sources()
        if (path.name == "models.py" or path.parent.name == "models")
        and any(".services" in name for name in imports(path))
    ] == []


def test_text_of_decisions_and_analysis_of_search_know_no_django() -> None:
    pure = [*(ROOT / "monitoring/search/analysis").rglob("*.py")]
    pure += (ROOT / "monitoring/decisions/text").rglob("*.py")
    assert [str(path) for path in pure if any(n.startswith("django") for n in imports(path))] == []


def test_every_room_has_its_furniture_and_its_door() -> None:
    for app in apps.get_app_configs():
        if app.name.split(".")[0] not in {"coalition", "monitoring"}:
            continue
        folder = Path(app.path)
        assert app.label == folder.name
        door = (folder / "__init__.py").read_text()
        assert "Owns" in door, f"{app.name}: the docstring says what the room owns"
        assert "May import" in door, f"{app.name}: the docstring says what the room may import"
        assert "Promises" in door, f"{app.name}: the docstring says what the room promises"
        assert (folder / "models.py").exists() or (folder / "models").is_dir()
        assert (folder / "migrations" / "__init__.py").exists()


def test_no_text_is_compared_or_sorted_by_the_database() -> None:
    forbidden = re.compile(r"__icontains|__iexact|__istartswith|\bUpper\(")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sources()
        for line in path.read_text().splitlines()
        if forbidden.search(line)
    ]
    assert found == []


def test_no_template_of_a_room_loads_tags_of_a_higher_one() -> None:
    rooms_of_tags = {
        tags.stem: app.label
        for app in apps.get_app_configs()
        if app.label in HEIGHT
        for tags in Path(app.path).glob("templatetags/*.py")
        if tags.stem != "__init__"
    }
    climbing = []
    for template in (ROOT / "templates").rglob("*.html"):
        room = template.relative_to(ROOT / "templates").parts[0]
        for names in re.findall(r"{%\s*load\s+([^%]+)%}", template.read_text()):
            for name in names.split():
                owner = rooms_of_tags.get(name)
                if owner and HEIGHT.get(room, -99) < HEIGHT[owner] and room in HEIGHT:
                    climbing.append(f"{template.name} of {room} loads {name} of {owner}")
    assert climbing == []

"""The two roots get a name: Wagtail calls both "Root", and every editor meets them in lists.

A stored name has one language; these words are the same in Kazakh and Russian.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

STOCK = "Root"


def name_roots(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    page = apps.get_model("wagtailcore", "Page").objects.filter(depth=1, title=STOCK)
    page.update(title="Сайт", draft_title="Сайт")
    apps.get_model("wagtailcore", "Collection").objects.filter(depth=1, name=STOCK).update(
        name="Коалиция"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("pages", "0003_gone"),
        ("wagtailcore", "0057_page_locale_fields_notnull"),
    ]
    operations = [migrations.RunPython(name_roots, migrations.RunPython.noop)]

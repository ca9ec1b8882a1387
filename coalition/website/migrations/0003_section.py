# Wagtail's pages have a method named `route`.
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("website", "0002_homepage_path_of_law")]

    operations = [migrations.RenameField("standardpage", "route", "section")]

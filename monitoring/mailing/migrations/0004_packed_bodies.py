from django.db import migrations

import monitoring.mailing.packing


class Migration(migrations.Migration):
    """The column is the same; what stands in it from now on is packed, older rows stay readable."""

    dependencies = [("mailing", "0003_alarm")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="outgoingmail",
                    name="raw",
                    field=monitoring.mailing.packing.PackedField(null=True),
                )
            ]
        )
    ]

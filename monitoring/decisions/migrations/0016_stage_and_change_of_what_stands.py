"""Fill the last stage and the last public change of decisions that were there before."""

from collections import defaultdict

from django.db import migrations
from django.db.models import Max


def fill(apps, schema_editor):
    Decision = apps.get_model("decisions", "Decision")
    StageEvent = apps.get_model("decisions", "StageEvent")
    Change = apps.get_model("journal", "Change")
    steps = defaultdict(list)
    standing = StageEvent.objects.filter(void=False, replaced_by=None)
    rows = standing.values_list("decision_id", "date", "stage__order", "pk", "stage_id")
    for decision, *step in rows.iterator():
        steps[decision].append(step)
    changed = dict(
        Change.objects.filter(subject="decision")
        .order_by()
        .values_list("subject_id")
        .annotate(at=Max("at"))
    )
    waiting = []
    for one in Decision.objects.only("pk", "updated_at").iterator():
        one.stage_id = _last(steps.get(one.pk, []))
        one.changed_at = changed.get(one.pk, one.updated_at)
        waiting.append(one)
        if len(waiting) == 1000:
            Decision.objects.bulk_update(waiting, ["stage", "changed_at"])
            waiting = []
    Decision.objects.bulk_update(waiting, ["stage", "changed_at"])


def _last(steps):
    """As `steps.in_order` has them: an undated one is the last if no later stage is dated."""
    if not steps:
        return None
    dated = [step for step in steps if step[0]]
    undated = [step for step in steps if not step[0]]
    last = max(dated)[3] if dated else None
    latest = max(undated, key=lambda step: step[1]) if undated else None
    if latest and not any(step[1] > latest[1] for step in dated):
        return latest[3]
    return last


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0015_lists_by_stage_and_change"),
        ("journal", "0005_relations"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

"""Zips to unpack and checks of files have the columns of every lease.

A zip's turn was its lease's end. A check that was running has no lease, so it ends here: staff ask for another.
"""

from django.db import migrations, models
from django.db.models import F


def forwards(apps, schema_editor):
    apps.get_model("jobs", "Batch").objects.update(due_at=F("lease_until"), lease_until=None, crash_count=0)
    apps.get_model("jobs", "Check").objects.filter(state="running").update(state="failed")


class Migration(migrations.Migration):
    dependencies = [("jobs", "0023_leases_of_deliveries")]

    operations = [
        migrations.RemoveIndex("batch", "batch_unpacking"),
        migrations.RenameField("batch", "tries", "crash_count"),
        migrations.AlterField(
            "batch",
            "crash_count",
            models.PositiveSmallIntegerField(default=0, help_text="Workers lost in a row, at the entry that is next."),
        ),
        migrations.AddField(
            "batch", "attempt", models.PositiveIntegerField(default=0, help_text="Grows with every claim; a worker's writes name it.")
        ),
        migrations.AddField("batch", "due_at", models.DateTimeField(blank=True, null=True, help_text="Its turn; null: it had none.")),
        migrations.AddField(
            "check", "attempt", models.PositiveIntegerField(default=0, help_text="Grows with every claim; a worker's writes name it.")
        ),
        migrations.AddField("check", "lease_until", models.DateTimeField(blank=True, null=True)),
        migrations.RemoveField("check", "seen_at"),
        migrations.RunPython(forwards, migrations.RunPython.noop),
        migrations.AddIndex(
            "batch", models.Index(fields=["due_at"], name="batch_unpacking", condition=models.Q(state="unpacking"))
        ),
    ]

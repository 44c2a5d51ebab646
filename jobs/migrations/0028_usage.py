"""The day's quota remembers photos that were deleted: it is counted in rows of its own."""

from collections import Counter
from datetime import timedelta

from django.db import migrations, models
from django.utils import timezone


def count_jobs(apps, schema_editor):
    """The photos of the last day, as they were counted until now."""
    counts = Counter()
    since = timezone.now() - timedelta(days=1)
    jobs = apps.get_model("jobs", "Job").objects.filter(created_at__gt=since)
    for owner, moment in jobs.values_list("queue_owner", "created_at").iterator():
        span = moment.replace(minute=moment.minute // 10 * 10, second=0, microsecond=0)
        counts[owner, span] += 1
    usage = apps.get_model("jobs", "Usage")
    usage.objects.bulk_create(
        [usage(owner=owner, since=span, photos=n) for (owner, span), n in counts.items()],
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [("jobs", "0027_rendition_crash_count")]

    operations = [
        migrations.CreateModel(
            "Usage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("owner", models.CharField(help_text="A job's `queue_owner`.", max_length=64)),
                ("since", models.DateTimeField()),
                ("photos", models.PositiveIntegerField(default=0)),
            ],
            options={
                "indexes": [models.Index(fields=["since"], name="usage_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "since"), name="usage_of_owner")
                ],
            },
        ),
        migrations.RunPython(count_jobs, migrations.RunPython.noop, elidable=True),
    ]

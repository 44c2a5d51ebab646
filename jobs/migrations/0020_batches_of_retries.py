"""What retried a job of a batch takes its place there."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def join_batches(apps, schema_editor):
    jobs = apps.get_model("jobs", "Job").objects
    left_out = jobs.filter(batch=None, retried_from__batch__isnull=False)
    batch = jobs.filter(pk=OuterRef("retried_from")).values("batch")
    while left_out.update(batch=Subquery(batch)):  # retries of retries come next
        pass


class Migration(migrations.Migration):
    dependencies = [("jobs", "0019_american_words")]

    operations = [
        migrations.AlterField(
            model_name="job",
            name="retried_from",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="retries",
                to="jobs.job",
            ),
        ),
        migrations.RunPython(join_batches, migrations.RunPython.noop),
    ]

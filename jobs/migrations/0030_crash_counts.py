"""Every row with a lease counts the workers lost with it separately from its attempts."""

from django.db import migrations, models

NEW = ("archive", "check", "job", "webhookdelivery")


def _crash_count() -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Workers lost in a row."
    )


class Migration(migrations.Migration):
    dependencies = [("jobs", "0029_rendition_counted_to")]

    operations = [
        *(migrations.AddField(model, "crash_count", _crash_count()) for model in NEW),
        migrations.AlterField("rendition", "crash_count", _crash_count()),
    ]

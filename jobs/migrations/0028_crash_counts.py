"""Every row with a lease counts the workers lost with it separately from its attempts."""

from django.db import migrations, models

MODELS = ("archive", "check", "job", "webhookdelivery")


class Migration(migrations.Migration):
    dependencies = [("jobs", "0027_rendition_crash_count")]

    operations = [
        migrations.AddField(
            model,
            "crash_count",
            models.PositiveSmallIntegerField(default=0, help_text="Workers lost in a row."),
        )
        for model in MODELS
    ]

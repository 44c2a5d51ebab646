"""A rendition counts the workers lost with it separately from its attempts, which only grow."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0026_batch_options")]

    operations = [
        migrations.AddField(
            "rendition",
            "crash_count",
            models.PositiveSmallIntegerField(default=0, help_text="Workers lost in a row."),
        ),
    ]

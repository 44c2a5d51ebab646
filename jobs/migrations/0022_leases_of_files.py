"""Zips and renditions have the columns of every lease."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0021_manage_queue")]

    operations = [
        migrations.AlterField(
            name, "attempt", models.PositiveIntegerField(default=0, help_text="Grows with every claim; a worker's writes name it.")
        )
        for name in ("archive", "rendition")
    ]

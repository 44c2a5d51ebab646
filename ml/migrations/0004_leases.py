"""The field's word for lost workers; `sequence` stays where somebody reads it, at runs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ml", "0003_evaluations")]

    operations = [
        operation
        for name in ("dataset", "evaluation", "trainingrun")
        for operation in (
            migrations.RenameField(name, "deaths", "crash_count"),
            migrations.AlterField(
                name, "attempt", models.PositiveIntegerField(default=0, help_text="Grows with every claim; a worker's writes name it.")
            ),
        )
    ] + [
        migrations.RemoveField("dataset", "sequence"),
        migrations.RemoveField("evaluation", "sequence"),
    ]

"""What was asked for with a batch has the name it has everywhere else."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0025_error_params")]

    operations = [
        migrations.RenameField("batch", "wishes", "options"),
        migrations.AlterField(
            "job",
            "webhook_url",
            models.CharField(blank=True, help_text="Called at its end.", max_length=2000),
        ),
    ]

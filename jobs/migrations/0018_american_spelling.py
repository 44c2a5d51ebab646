"""Columns and choices in American spelling; an index follows its column."""

from django.db import migrations, models

REASONS = [
    ("privacy", "somebody in it does not want to be seen"),
    ("rights", "it belongs to somebody else"),
    ("offense", "violence, nudity or hate"),
    ("spam", "advertising"),
    ("other", "something else"),
]


class Migration(migrations.Migration):
    dependencies = [("jobs", "0017_webhook_tests")]

    operations = [
        migrations.RemoveIndex("photo", "photo_history_model"),
        migrations.RenameField("photo", "has_colour", "has_color"),
        migrations.RenameField("photo", "coloured_by", "colored_by"),
        migrations.AddIndex(
            "photo",
            models.Index(
                fields=["owner", "colored_by", "-created_at", "-id"],
                name="photo_history_model",
                condition=models.Q(trashed_at__isnull=True),
            ),
        ),
        migrations.AlterField("batch", "public", models.BooleanField(default=False, help_text="Each is published once it is colored.")),
        migrations.AlterField("job", "model_name", models.CharField(max_length=60, blank=True, help_text="What colored it.")),
        migrations.AlterField(
            "job",
            "stage",
            models.CharField(
                choices=[("waiting", "waiting"), ("reading", "reading"), ("colorizing", "colorizing"), ("saving", "saving"), ("done", "done")],
                default="waiting",
                max_length=10,
            ),
        ),
        migrations.AlterField("photo", "colored_by", models.CharField(max_length=60, blank=True, help_text="The model of its newest colors.")),
        migrations.AlterField("photo", "likes", models.PositiveIntegerField(default=0, help_text="How many; `jobs.sharing.likes` counts.")),
        migrations.AlterField(
            "photo",
            "hidden_for",
            models.CharField(
                blank=True, choices=REASONS, help_text="Why staff hide it from everybody but its owner; empty: they do not.", max_length=10
            ),
        ),
        migrations.AlterField("report", "reason", models.CharField(choices=REASONS, max_length=10)),
        migrations.AlterField(
            "webhookdelivery",
            "event",
            models.CharField(
                choices=[("job.succeeded", "colored"), ("job.failed", "failed"), ("job.canceled", "canceled"), ("webhook.test", "a test")],
                max_length=20,
            ),
        ),
    ]

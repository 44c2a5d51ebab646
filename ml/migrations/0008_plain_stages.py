"""A stage's name for people in plain words."""

from django.db import migrations, models

STAGES = [
    ("waiting", "waiting"),
    ("preparing", "fetching the photos"),
    ("training", "training"),
    ("finishing", "saving the model"),
    ("done", "done"),
]


class Migration(migrations.Migration):
    dependencies = [("ml", "0007_error_params")]

    operations = [
        migrations.AlterField("trainingrun", "stage", models.CharField(choices=STAGES, default="waiting", max_length=10)),
    ]

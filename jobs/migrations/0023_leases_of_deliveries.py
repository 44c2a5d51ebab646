"""Deliveries have the columns of every lease; the field's word for leaving a receiver alone.

A delivery that is under way has its `due_at` in the future, so it is not sent twice.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0022_leases_of_files")]

    operations = [
        migrations.RenameField("webhookendpoint", "rests_until", "backoff_until"),
        migrations.RenameField("webhookdelivery", "tries", "attempt"),
        migrations.AlterField(
            "webhookdelivery", "attempt", models.PositiveIntegerField(default=0, help_text="Grows with every claim; a worker's writes name it.")
        ),
        migrations.AddField("webhookdelivery", "lease_until", models.DateTimeField(blank=True, null=True)),
    ]

"""The model in service, measured on a run's validation photos, is the run's baseline."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ml", "0008_plain_stages")]

    operations = [migrations.RenameField("trainingrun", "served", "baseline")]

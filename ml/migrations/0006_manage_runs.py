"""The permission to train has the name of today; its codename and its grants stay."""

from django.db import migrations

NAMES = ("May start and steer training runs", "May start and manage training runs")


def _rename(apps, old, new):
    apps.get_model("auth", "Permission").objects.filter(codename="train", name=old).update(name=new)


def forwards(apps, schema_editor):
    _rename(apps, *NAMES)


def backwards(apps, schema_editor):
    _rename(apps, *reversed(NAMES))


class Migration(migrations.Migration):
    dependencies = [("ml", "0005_american_words"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [
        migrations.AlterModelOptions(
            "trainingrun",
            {
                "ordering": ["-created_at"],
                "permissions": [("train", NAMES[1])],
                "verbose_name": "training run",
                "verbose_name_plural": "training runs",
            },
        ),
        migrations.RunPython(forwards, backwards),
    ]

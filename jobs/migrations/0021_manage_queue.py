"""The permission `jobs.steer` is `jobs.manage_queue`; groups and accounts keep it."""

from django.conf import settings
from django.db import migrations


def _rename(apps, schema_editor, old, new):
    rows = apps.get_model("auth", "Permission").objects.using(schema_editor.connection.alias)
    rows = rows.filter(content_type__app_label="jobs", content_type__model="queue")
    before = rows.filter(codename=old).first()
    if before is None:  # a new installation: `migrate` makes the row of today at its end
        return
    after = rows.filter(codename=new).first()
    if after is None:
        before.codename = new
        before.save(update_fields=["codename"])
        return
    after.group_set.add(*before.group_set.all())
    after.user_set.add(*before.user_set.all())
    before.delete()


def forwards(apps, schema_editor):
    _rename(apps, schema_editor, "steer", "manage_queue")


def backwards(apps, schema_editor):
    _rename(apps, schema_editor, "manage_queue", "steer")


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("jobs", "0020_batches_of_retries"),
    ]

    operations = [
        migrations.AlterModelOptions(
            "queue", {"permissions": [("manage_queue", "Can pause the queue and retry failed photos")]}
        ),
        migrations.RunPython(forwards, backwards),
    ]

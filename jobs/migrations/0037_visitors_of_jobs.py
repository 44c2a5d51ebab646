"""Jobs know whose photo they are of, so that lists of an account's jobs need no look at all photos."""

from django.db import migrations, models
from django.db.models import Case, CharField, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Cast, Concat


def forwards(apps, schema_editor):
    alias = schema_editor.connection.alias
    jobs, photos = (apps.get_model("jobs", name).objects.using(alias) for name in ("Job", "Photo"))
    of_user = Concat(Value("user-"), Cast("owner_id", CharField()))
    key = Case(When(owner=None, then=Concat(Value("guest-"), F("guest"))), default=of_user)
    of_photo = photos.filter(pk=OuterRef("photo")).annotate(key=key).values("key")
    jobs.update(visitor_key=Subquery(of_photo[:1]))
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0036_events_of_batches'),
    ]

    operations = [
        migrations.AddField(
            model_name='job',
            name='visitor_key',
            field=models.CharField(db_default='', editable=False, help_text='As `Photo.visitor_key`.', max_length=40),
        ),
        migrations.RunPython(forwards, migrations.RunPython.noop, elidable=True),
        migrations.RemoveIndex(
            model_name='job',
            name='job_queue',
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['turn', 'priority', 'created_at', 'id'], name='job_queue'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(fields=['visitor_key', '-created_at', '-id'], name='job_of_visitor'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('state', 'succeeded'), _negated=True), fields=['visitor_key', 'state', '-created_at', '-id'], name='job_of_visitor_state'),
        ),
    ]

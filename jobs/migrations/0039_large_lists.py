"""Lists of a site with a million photos; searching by trigrams, which PostgreSQL alone has."""

from django.conf import settings
from django.db import migrations, models

from colorweb.postgresql.operations import AddIndex, AddTrigrams, RemoveIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('jobs', '0038_runs_in_webhooks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RemoveIndex(
            model_name='job',
            name='job_owner_created',
        ),
        AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('created_at__gte', models.F('created_at'))), fields=['-created_at', '-id'], name='job_created'),
        ),
        AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('state', 'succeeded'), _negated=True), fields=['state', '-created_at', '-id'], name='job_state'),
        ),
        AddIndex(
            model_name='photo',
            index=models.Index(condition=models.Q(('trashed_at__isnull', True)), fields=['owner', 'visibility', '-created_at', '-id'], name='photo_history_sees'),
        ),
        AddIndex(
            model_name='photo',
            index=models.Index(condition=models.Q(('created_at__gte', models.F('created_at'))), fields=['-created_at', '-id'], name='photo_created'),
        ),
        AddIndex(
            model_name='photo',
            index=models.Index(condition=models.Q(('visibility', 'private'), _negated=True), fields=['visibility', '-created_at', '-id'], name='photo_shown'),
        ),
        AddIndex(
            model_name='photo',
            index=models.Index(condition=models.Q(('hidden_for', ''), _negated=True), fields=['-published_at', '-id'], name='photo_hidden'),
        ),
        AddIndex(
            model_name='albumphoto',
            index=models.Index(fields=['album', 'position', 'id'], name='album_order'),
        ),
        AddTrigrams('photo_trigrams', 'photo', ['name', 'title', 'alt']),
    ]

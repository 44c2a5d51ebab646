"""A photo has a version in use and a look; share links point at photos and albums.

What others see of a photo stays what it was: the version is the published job, else the job of its
last share link, else its newest result; the look has the vividness with which that was made.
"""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now


def forwards(apps, schema_editor):
    alias = schema_editor.connection.alias
    jobs, photos, links, batches = (
        apps.get_model("jobs", name).objects.using(alias)
        for name in ("Job", "Photo", "ShareLink", "Batch")
    )
    done = jobs.filter(photo=OuterRef("pk"), state="succeeded").order_by("-created_at")
    alive = Q(expires_at=None) | Q(expires_at__gt=Now())
    shared = links.filter(alive, job__photo=OuterRef("pk"), job__state="succeeded")
    for chosen in (shared.order_by("-created_at").values("job"), done.values("pk")):
        photos.filter(version=None).update(version=Subquery(chosen[:1]))
    for name in ("version", "newest"):
        rows = photos.filter(**{f"{name}__isnull": False})
        if name == "newest":
            rows = rows.filter(version=None)
        vividness = jobs.filter(pk=OuterRef(name)).values("vividness")
        rows.update(vividness=Coalesce(Subquery(vividness[:1]), 1.0))
    links.update(photo=Subquery(jobs.filter(pk=OuterRef("job")).values("photo")[:1]))
    _rename_option(batches, "size", "network_size")
    _settle(schema_editor)


def backwards(apps, schema_editor):
    alias = schema_editor.connection.alias
    photos, links, batches = (
        apps.get_model("jobs", name).objects.using(alias)
        for name in ("Photo", "ShareLink", "Batch")
    )
    links.filter(photo=None).delete()  # of albums, and of photos without a result
    links.filter(photo__version=None).delete()
    links.update(job=Subquery(photos.filter(pk=OuterRef("photo")).values("version")[:1]))
    photos.filter(visibility="private").update(version=None)
    _rename_option(batches, "network_size", "size")
    _settle(schema_editor)


def _rename_option(batches, old, new):
    for batch in batches.filter(options__has_key=old).iterator():
        batch.options[new] = batch.options.pop(old)
        batch.save(update_fields=["options"])


def _settle(schema_editor):
    """PostgreSQL alters no table while rows of it wait for a check of their keys."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        schema_editor.execute("SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0030_crash_counts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Album',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('guest', models.CharField(blank=True, help_text="The guest's key, hex.", max_length=32)),
                ('title', models.CharField(max_length=200)),
                ('description', models.TextField(blank=True, max_length=4000)),
                ('sort', models.CharField(choices=[('hand', 'by hand'), ('taken', 'by date'), ('name', 'by name')], default='hand', max_length=10)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='AlbumPhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(help_text='Its place by hand, from 0.')),
                ('giver', models.CharField(blank=True, help_text='Who added it; empty: owner.', max_length=100)),
                ('accepted', models.BooleanField(default=True, help_text='Shown to others; what somebody else added waits for the owner.')),
            ],
            options={
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='rendition',
            name='rendition_of_job',
        ),
        migrations.AddField(
            model_name='archive',
            name='metadata',
            field=models.JSONField(blank=True, default=dict, help_text="Its owner's own."),
        ),
        migrations.AddField(
            model_name='archive',
            name='reference',
            field=models.CharField(blank=True, help_text="Its owner's own.", max_length=200),
        ),
        migrations.AddField(
            model_name='batch',
            name='metadata',
            field=models.JSONField(blank=True, default=dict, help_text="Its sender's own."),
        ),
        migrations.AddField(
            model_name='batch',
            name='reference',
            field=models.CharField(blank=True, help_text="Its sender's own.", max_length=200),
        ),
        migrations.AddField(
            model_name='job',
            name='geometry',
            field=models.JSONField(blank=True, help_text='As `ml.imaging.geometry` reads; null: as it came.', null=True),
        ),
        migrations.AddField(
            model_name='job',
            name='hints',
            field=models.JSONField(blank=True, default=list, help_text='As `ml.imaging.hints` reads.'),
        ),
        migrations.AddField(
            model_name='job',
            name='metadata',
            field=models.JSONField(blank=True, default=dict, help_text="Its sender's own."),
        ),
        migrations.RenameField('job', 'size', 'network_size'),
        migrations.AlterField(
            model_name='job',
            name='network_size',
            field=models.PositiveIntegerField(blank=True, help_text="Short side the network sees; null: the model's own.", null=True),
        ),
        migrations.AddField(
            model_name='job',
            name='reference',
            field=models.CharField(blank=True, help_text="Its sender's own.", max_length=200),
        ),
        migrations.AddField(
            model_name='job',
            name='tones',
            field=models.FloatField(default=0.0),
        ),
        migrations.AddField(
            model_name='photo',
            name='caption',
            field=models.TextField(blank=True, max_length=4000),
        ),
        migrations.AddField(
            model_name='photo',
            name='look_revision',
            field=models.PositiveIntegerField(default=0, help_text='Grows with every change of vividness and tones.'),
        ),
        migrations.AddField(
            model_name='photo',
            name='people',
            field=models.JSONField(blank=True, default=list, help_text='Names of who is in it.'),
        ),
        migrations.AddField(
            model_name='photo',
            name='taken',
            field=models.CharField(blank=True, help_text='1931, 1931-05 or 1931-05-12; empty: not known.', max_length=10),
        ),
        migrations.AddField(
            model_name='photo',
            name='tone_high',
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='photo',
            name='tone_low',
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='photo',
            name='tones',
            field=models.FloatField(default=0.0, help_text='How far its tones are restored, 0 to 1.'),
        ),
        migrations.RenameField('photo', 'published_job', 'version'),
        migrations.AlterField(
            model_name='photo',
            name='version',
            field=models.ForeignKey(blank=True, help_text="The finished job whose colors it is shown in; others read no other's files.", null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.job'),
        ),
        migrations.AddField(
            model_name='photo',
            name='vividness',
            field=models.FloatField(default=1.0),
        ),
        migrations.AddField(
            model_name='rendition',
            name='tones',
            field=models.FloatField(default=0.0),
        ),
        migrations.AddField(
            model_name='sharelink',
            name='photo',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='share_links', to='jobs.photo'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(fields=['reference', '-created_at'], name='job_reference'),
        ),
        migrations.AddConstraint(
            model_name='rendition',
            constraint=models.UniqueConstraint(fields=('job', 'format', 'vividness', 'tones', 'long_side', 'keep_metadata'), name='rendition_of_job'),
        ),
        migrations.AddField(
            model_name='album',
            name='owner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='albums', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='sharelink',
            name='album',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='share_links', to='jobs.album'),
        ),
        migrations.AddField(
            model_name='albumphoto',
            name='album',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='jobs.album'),
        ),
        migrations.AddField(
            model_name='albumphoto',
            name='photo',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='jobs.photo'),
        ),
        migrations.AddField(
            model_name='album',
            name='photos',
            field=models.ManyToManyField(related_name='albums', through='jobs.AlbumPhoto', to='jobs.photo'),
        ),
        migrations.AddConstraint(
            model_name='albumphoto',
            constraint=models.UniqueConstraint(fields=('album', 'photo'), name='album_has_a_photo_once'),
        ),
        migrations.AddIndex(
            model_name='album',
            index=models.Index(fields=['owner', '-created_at'], name='album_of_owner'),
        ),
        migrations.AddIndex(
            model_name='album',
            index=models.Index(condition=models.Q(('guest', ''), _negated=True), fields=['guest', '-created_at'], name='album_of_guest'),
        ),
        migrations.AddConstraint(
            model_name='album',
            constraint=models.CheckConstraint(condition=models.Q(('owner__isnull', False), models.Q(('guest', ''), _negated=True), _connector='OR'), name='album_has_an_owner'),
        ),
        migrations.AlterField(
            model_name='sharelink',
            name='job',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='share_links', to='jobs.job'),
        ),
        migrations.RunPython(forwards, backwards),
        migrations.RemoveField(
            model_name='sharelink',
            name='job',
        ),
        migrations.AddConstraint(
            model_name='sharelink',
            constraint=models.CheckConstraint(condition=models.Q(('photo__isnull', True), ('album__isnull', True), _connector='XOR'), name='share_link_to_one_thing'),
        ),
    ]

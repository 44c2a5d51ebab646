"""What a new installation runs: the tables as 0010_crash_counts leaves them.

One that has run some of the replaced migrations goes on with those.
"""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('ml', '0001_versions'),
        ('ml', '0002_training'),
        ('ml', '0003_evaluations'),
        ('ml', '0004_leases'),
        ('ml', '0005_american_words'),
        ('ml', '0006_manage_runs'),
        ('ml', '0007_error_params'),
        ('ml', '0008_plain_stages'),
        ('ml', '0009_baseline'),
        ('ml', '0010_crash_counts'),
    ]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='DataSet',
            fields=[
                ('attempt', models.PositiveIntegerField(default=0, help_text="Grows with every claim; a worker's writes name it.")),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('crash_count', models.PositiveSmallIntegerField(db_default=0, default=0, help_text='Workers lost in a row.')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('worker', models.CharField(blank=True, max_length=100)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('kind', models.CharField(choices=[('upload', 'uploaded archive'), ('folder', 'folder on the server'), ('places365', 'Places365 on the server'), ('consented', 'photos of people who allowed it')], max_length=10, verbose_name='kind')),
                ('path', models.CharField(blank=True, max_length=500, verbose_name='path')),
                ('archive', models.CharField(blank=True, help_text='Storage name.', max_length=200)),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('is_reference', models.BooleanField(default=False, help_text='New versions are compared on it: one set at most.', verbose_name='reference')),
                ('state', models.CharField(choices=[('queued', 'waiting to be checked'), ('checking', 'being checked'), ('ready', 'ready'), ('failed', 'cannot be used')], default='queued', max_length=10, verbose_name='state')),
                ('progress', models.FloatField(default=0.0, help_text='Of the check, 0 to 1.')),
                ('error', models.JSONField(blank=True, default=dict, help_text='See `ml.errors`.')),
                ('training', models.PositiveIntegerField(default=0, verbose_name='training photos')),
                ('validation', models.PositiveIntegerField(default=0, verbose_name='validation photos')),
                ('fingerprint', models.CharField(blank=True, max_length=64, verbose_name='fingerprint')),
                ('report', models.JSONField(blank=True, default=dict)),
                ('index', models.CharField(blank=True, help_text='Storage name.', max_length=200)),
                ('sheet', models.CharField(blank=True, help_text='Storage name.', max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='made')),
                ('checked_at', models.DateTimeField(blank=True, null=True, verbose_name='checked')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'data set',
                'verbose_name_plural': 'data sets',
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='ModelVersion',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('sha256', models.CharField(max_length=64, unique=True, verbose_name='SHA-256 of the weights')),
                ('file', models.CharField(blank=True, help_text='Storage name; empty: it ships.', max_length=200, verbose_name='file')),
                ('bytes', models.BigIntegerField(verbose_name='bytes')),
                ('card', models.JSONField(help_text='As the weights file holds it.', verbose_name='model card')),
                ('architecture', models.CharField(max_length=60, verbose_name='architecture')),
                ('data_fingerprint', models.CharField(blank=True, max_length=64, verbose_name='data fingerprint')),
                ('recipe', models.JSONField(blank=True, default=dict, verbose_name='settings')),
                ('code_revision', models.CharField(blank=True, max_length=80, verbose_name='code revision')),
                ('metrics', models.JSONField(blank=True, default=dict, verbose_name='metrics')),
                ('samples', models.JSONField(blank=True, default=list, help_text='Storage names of pictures.', verbose_name='samples')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
            ],
            options={
                'verbose_name': 'model version',
                'verbose_name_plural': 'model versions',
                'ordering': ('-created_at',),
                'permissions': [('promote', 'Can put a model version in service')],
                'indexes': [models.Index(fields=['name', '-created_at'], name='version_of_name')],
            },
        ),
        migrations.CreateModel(
            name='Evaluation',
            fields=[
                ('attempt', models.PositiveIntegerField(default=0, help_text="Grows with every claim; a worker's writes name it.")),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('crash_count', models.PositiveSmallIntegerField(db_default=0, default=0, help_text='Workers lost in a row.')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('worker', models.CharField(blank=True, max_length=100)),
                ('is_gate', models.BooleanField(default=False, help_text='On the photos that decide on promotion.', verbose_name='for the gate')),
                ('state', models.CharField(choices=[('queued', 'waiting'), ('running', 'being measured'), ('ready', 'measured'), ('failed', 'failed')], default='queued', max_length=10, verbose_name='state')),
                ('progress', models.FloatField(default=0.0, help_text='0 to 1.')),
                ('error', models.JSONField(blank=True, default=dict, help_text='See `ml.errors`.')),
                ('parts', models.JSONField(default=list, help_text='Of each set: data_set, fingerprint, name, whole; then ours, theirs, sheet.')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='asked for')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked for by')),
                ('against', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='ml.modelversion', verbose_name='against')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evaluations', to='ml.modelversion', verbose_name='version')),
            ],
            options={
                'verbose_name': 'evaluation',
                'verbose_name_plural': 'evaluations',
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='TrainingRun',
            fields=[
                ('attempt', models.PositiveIntegerField(default=0, help_text="Grows with every claim; a worker's writes name it.")),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('crash_count', models.PositiveSmallIntegerField(db_default=0, default=0, help_text='Workers lost in a row.')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('worker', models.CharField(blank=True, max_length=100)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('preset', models.CharField(max_length=20, verbose_name='preset')),
                ('base', models.CharField(blank=True, help_text='Whose weights it starts from.', max_length=100, verbose_name='base model')),
                ('options', models.JSONField(default=dict, help_text='See `ml.training.options`.')),
                ('state', models.CharField(choices=[('queued', 'queued'), ('running', 'running'), ('succeeded', 'finished'), ('stopped', 'stopped'), ('failed', 'failed')], default='queued', max_length=10, verbose_name='state')),
                ('stage', models.CharField(choices=[('waiting', 'waiting'), ('preparing', 'fetching the photos'), ('training', 'training'), ('finishing', 'saving the model'), ('done', 'done')], default='waiting', max_length=10)),
                ('stop_requested', models.BooleanField(default=False)),
                ('sequence', models.PositiveIntegerField(default=0, help_text='Grows with every change.')),
                ('error', models.JSONField(blank=True, default=dict, help_text='See `ml.errors`.')),
                ('step', models.PositiveIntegerField(default=0)),
                ('epoch', models.PositiveIntegerField(default=0)),
                ('progress', models.FloatField(default=0.0, help_text='0 to 1.')),
                ('now', models.JSONField(default=dict, help_text='Speed, time left, GPU use: the latest.')),
                ('baseline', models.JSONField(default=dict, help_text="The model in service on this run's validation photos.")),
                ('log', models.TextField(blank=True, help_text='The last lines the child process has said.')),
                ('checkpoint', models.CharField(blank=True, help_text='Storage folder.', max_length=200)),
                ('died_at', models.PositiveIntegerField(default=0, help_text='Step at which a worker was lost.')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='made')),
                ('queued_at', models.DateTimeField(auto_now_add=True)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='runs', to='ml.modelversion')),
            ],
            options={
                'verbose_name': 'training run',
                'verbose_name_plural': 'training runs',
                'ordering': ['-created_at'],
                'permissions': [('train', 'May start and manage training runs')],
            },
        ),
        migrations.CreateModel(
            name='RunData',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('fingerprint', models.CharField(max_length=64)),
                ('data_set', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='uses', to='ml.dataset')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='data', to='ml.trainingrun')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddField(
            model_name='modelversion',
            name='run',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='versions', to='ml.trainingrun', verbose_name='training run'),
        ),
        migrations.CreateModel(
            name='Promotion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('promoted', 'promoted'), ('rolled back', 'rolled back')], max_length=12, verbose_name='kind')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('gate', models.JSONField(default=dict, help_text='What was compared, and how.', verbose_name='gate')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='when')),
                ('before', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ml.modelversion', verbose_name='from')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='promotions', to='ml.modelversion', verbose_name='to')),
            ],
            options={
                'verbose_name': 'promotion',
                'verbose_name_plural': 'promotions',
                'ordering': ('-id',),
                'indexes': [models.Index(fields=['version', '-id'], name='promotion_of_version')],
            },
        ),
        migrations.CreateModel(
            name='RunSample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.PositiveIntegerField()),
                ('epoch', models.FloatField()),
                ('file', models.CharField(help_text='Storage name.', max_length=200)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='samples', to='ml.trainingrun')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run', 'step'), name='one_sample_a_step')],
            },
        ),
        migrations.CreateModel(
            name='RunPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('step', 'Step'), ('check', 'Check')], max_length=5)),
                ('step', models.PositiveIntegerField()),
                ('epoch', models.FloatField()),
                ('values', models.JSONField()),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='points', to='ml.trainingrun')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run', 'kind', 'step'), name='one_point_a_step')],
            },
        ),
    ]

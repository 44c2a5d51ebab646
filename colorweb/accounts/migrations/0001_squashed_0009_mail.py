"""What a new installation runs: the tables as 0009_mail leaves them.

One that has run some of the replaced migrations goes on with those.
"""

import colorweb.accounts.models
import colorweb.clock
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('accounts', '0001_initial'),
        ('accounts', '0002_api_tokens'),
        ('accounts', '0003_photos_for_training'),
        ('accounts', '0004_names'),
        ('accounts', '0005_network'),
        ('accounts', '0006_installation'),
        ('accounts', '0007_default_look'),
        ('accounts', '0008_site_key'),
        ('accounts', '0009_mail'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Installation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4)),
            ],
        ),
        migrations.CreateModel(
            name='SiteKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', models.CharField(max_length=64)),
                ('recorded_at', models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail address')),
                ('photos_for_training', models.DateTimeField(blank=True, help_text="Since when the site may train with this account's photos; empty: it may not.", null=True)),
                ('network', models.CharField(blank=True, db_default='', db_index=True, default='', help_text='Where it was made, until an address is confirmed: accounts of one network share quotas. Empty: it has quotas of its own.', max_length=64)),
                ('default_vividness', models.FloatField(default=1.0, help_text="New photos' first look.")),
                ('default_tones', models.FloatField(default=0.0, help_text="New photos' first look.")),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'abstract': False,
            },
            managers=[
                ('objects', colorweb.accounts.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('prefix', models.CharField(help_text="The token's first characters.", max_length=12)),
                ('digest', models.CharField(help_text='SHA-256, hex.', max_length=64, unique=True)),
                ('scopes', models.JSONField(default=list)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(blank=True, help_text='Within ten minutes.', null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'API token',
                'verbose_name_plural': 'API tokens',
            },
        ),
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempt', models.PositiveIntegerField(default=0, help_text="Grows with every claim; a worker's writes name it.")),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('crash_count', models.PositiveSmallIntegerField(db_default=0, default=0, help_text='Workers lost in a row.')),
                ('content', models.TextField(help_text="Encrypted with the site's key.")),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField(default=colorweb.clock.now)),
                ('created_at', models.DateTimeField(default=colorweb.clock.now, editable=False)),
            ],
            options={
                'indexes': [models.Index(fields=['due_at'], name='mail_due')],
            },
        ),
    ]

"""Searching accounts by trigrams, which PostgreSQL alone has."""

from django.db import migrations

from colorweb.postgresql.operations import AddTrigrams


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('accounts', '0010_mends_for_learning'),
    ]

    operations = [
        # As Django compares them: `icontains`.
        AddTrigrams(
            'account_trigrams',
            'user',
            [f'upper({name}::text)' for name in ('email', 'first_name', 'last_name')],
        ),
    ]

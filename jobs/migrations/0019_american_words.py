"""Stored words and keys in the spelling of the code."""

from django.db import migrations


def _replace(apps, schema_editor, old, new):
    job = apps.get_model("jobs", "Job")
    job.objects.filter(stage=old["stage"]).update(stage=new["stage"])
    for name, column in (("Photo", "hidden_for"), ("Report", "reason")):
        rows = apps.get_model("jobs", name).objects.filter(**{column: old["reason"]})
        rows.update(**{column: new["reason"]})
    # One statement: there may be millions of jobs.
    table, key = job._meta.db_table, '"timings"'
    as_text, as_json = (f"{key}::text", "::jsonb") if schema_editor.connection.vendor == "postgresql" else (key, "")
    schema_editor.execute(
        f"UPDATE {table} SET {key} = replace({as_text}, %s, %s){as_json} WHERE {as_text} LIKE %s",
        [f'"{old["timing"]}"', f'"{new["timing"]}"', f'%"{old["timing"]}"%'],
    )


BRITISH = {"stage": "colouring", "reason": "offence", "timing": "colouring_ms"}
AMERICAN = {"stage": "colorizing", "reason": "offense", "timing": "colorizing_ms"}


def forwards(apps, schema_editor):
    _replace(apps, schema_editor, BRITISH, AMERICAN)


def backwards(apps, schema_editor):
    _replace(apps, schema_editor, AMERICAN, BRITISH)


class Migration(migrations.Migration):
    dependencies = [("jobs", "0018_american_spelling")]

    operations = [
        migrations.RunPython(forwards, backwards),
    ]

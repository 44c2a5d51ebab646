"""Stored keys, and a stored sentence, in the spelling of the code."""

from django.db import migrations

KEYS = {
    ("RunPoint", "values"): ["of_grey"],
    ("TrainingRun", "served"): ["of_grey"],
    ("DataSet", "report"): ["grey"],
    ("DataSet", "error"): ["grey"],
    ("ModelVersion", "card"): ["licence", "of_grey"],
    ("ModelVersion", "metrics"): ["of_grey"],
}
AMERICAN = {"of_grey": "of_gray", "grey": "gray", "licence": "license"}
SENTENCES = (
    "can be learnt from: %(broken)d broken, %(grey)d without colour,",
    "can be learned from: %(broken)d broken, %(gray)d without color,",
)


def _replace(apps, schema_editor, model, column, old, new):
    """One statement: a run has thousands of points."""
    quote = schema_editor.quote_name
    table, key = quote(apps.get_model("ml", model)._meta.db_table), quote(column)
    as_text, as_json = (f"{key}::text", "::jsonb") if schema_editor.connection.vendor == "postgresql" else (key, "")
    schema_editor.execute(
        f"UPDATE {table} SET {key} = replace({as_text}, %s, %s){as_json} WHERE {as_text} LIKE %s",
        [old, new, f"%{old}%"],
    )


def forwards(apps, schema_editor):
    for (model, column), keys in KEYS.items():
        for key in keys:
            _replace(apps, schema_editor, model, column, f'"{key}":', f'"{AMERICAN[key]}":')
    _replace(apps, schema_editor, "DataSet", "error", *SENTENCES)


def backwards(apps, schema_editor):
    for (model, column), keys in KEYS.items():
        for key in keys:
            _replace(apps, schema_editor, model, column, f'"{AMERICAN[key]}":', f'"{key}":')
    _replace(apps, schema_editor, "DataSet", "error", *reversed(SENTENCES))


class Migration(migrations.Migration):
    dependencies = [("ml", "0004_leases")]

    operations = [
        migrations.RunPython(forwards, backwards),
    ]

"""Failed rows keep a code and its parameters instead of an English sentence.

A sentence that is not known here stays where it is and is shown as it is.
"""

import re

from django.db import migrations, models

OLDER = {  # the spelling of releases before 0025
    "coloring": "colouring",
    "Coloring": "Colouring",
}
SENTENCES = {
    "took_too_long": "Coloring took too long. Try a smaller copy of the photo.",
    "out_of_memory": "The photo needs more memory than there is. Try a smaller copy.",
    "storage_unavailable": "The photo could be neither read nor kept just then. Please try again.",
    "internal_error": "Something broke on our side while coloring. Please try again.",
    "model_unavailable": "This network cannot be loaded now. Choose another, or the usual.",
    "worker_died": "The worker stopped three times while coloring this photo. Try a smaller copy of it.",
    "worker_died.file": "The worker stopped three times while making this file.",
    "empty_file": "The file is empty. Copy it again from where it comes from.",
    "too_many_bytes": "The file has %(megabytes)s MB; at most %(limit)s MB are taken. Save it as a JPEG, or scale it down.",
    "not_a_photo": "This is not a photo. Choose a JPEG, PNG, WebP, TIFF, HEIC or AVIF file.",
    "vector_drawing": "This is an SVG drawing, not a photo. Export it as PNG and bring that.",
    "unsupported_format": "%(kind)s files cannot be read here. Export the photo as JPEG or PNG.",
    "too_many_pixels": "The photo has %(megapixels)s megapixels; at most %(limit)s are taken. Scale it down.",
    "too_narrow": "The photo is %(width)s x %(height)s pixels; its long side may be at most %(limit)s times its short side. Cut it into pieces.",
    "truncated": "The file ends before the photo does. Copy or download it again.",
    "damaged": "The file is damaged. Open it in a photo program and save it as a new file.",
    "too_large_for_format": "A %(format)s file holds at most %(limit)s pixels a side. Choose JPEG or PNG.",
}
MODELS = ("Job", "Rendition")


def _pattern(sentence):
    for new, old in OLDER.items():
        sentence = sentence.replace(new, f"(?:{new}|{old})")
    # the parentheses of the spellings stay; a sentence has no others
    parts = re.split(r"(%\(\w+\)s|\(\?:\w+\|\w+\))", sentence)
    return re.compile("".join(_part(part) for part in parts))


def _part(part):
    if part.startswith("%("):
        return f"(?P<{part[2:-2]}>.+?)"
    return part if part.startswith("(?:") else re.escape(part)


PATTERNS = {code: _pattern(sentence) for code, sentence in SENTENCES.items()}


def _failed(apps, schema_editor, name):
    rows = apps.get_model("jobs", name).objects.using(schema_editor.connection.alias)
    return rows.exclude(error_code="")


def forwards(apps, schema_editor):
    for name in MODELS:
        failed = _failed(apps, schema_editor, name).exclude(error_message="")
        kinds = failed.values_list("error_code", "error_message").distinct()
        for code, message in list(kinds):
            for kept, pattern in PATTERNS.items():
                found = pattern.fullmatch(message)
                if kept.partition(".")[0] == code and found:
                    rows = failed.filter(error_code=code, error_message=message)
                    rows.update(error_code=kept, error_params=found.groupdict(), error_message="")
                    break


def backwards(apps, schema_editor):
    for name in MODELS:
        failed = _failed(apps, schema_editor, name).filter(error_message="")
        for row in failed.filter(error_code__in=SENTENCES).iterator():
            row.error_message = SENTENCES[row.error_code] % row.error_params
            row.error_code = row.error_code.partition(".")[0]
            row.save(update_fields=["error_code", "error_message"])


class Migration(migrations.Migration):
    dependencies = [("jobs", "0024_leases_of_zips_and_checks")]

    operations = [
        *(
            migrations.AddField(
                name, "error_params", models.JSONField(blank=True, default=dict)
            )
            for name in ("job", "rendition")
        ),
        *(
            migrations.AlterField(
                name,
                "error_message",
                models.TextField(
                    blank=True,
                    help_text="A text of an older release that no code stands for; shown as it is.",
                ),
            )
            for name in ("job", "rendition")
        ),
        migrations.RunPython(forwards, backwards),
        migrations.RemoveField("batch", "language"),
    ]

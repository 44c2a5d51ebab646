"""Kept errors are a code and its parameters instead of an English sentence with parts.

A sentence that is not known here becomes a message that is shown as it is.
"""

from django.db import migrations

SENTENCES = {
    "archive_broken": "The archive cannot be read to its end (%(reason)s). Pack it again.",
    "archive_too_large": "The archive unpacks to more than %(limit)d GB. Split it, or name a folder.",
    "not_an_archive": "This file is neither a zip nor a tar. Pack the photos into one.",
    "no_such_path": "There is no %(path)s in the folders that may be used: %(roots)s.",
    "no_such_path.places365": "%(path)s is not a copy of Places365: %(list)s and one of %(folders)s belong there.",
    "no_photos": "There are no photos in it. Photos end in .jpg, .png, .webp, .tif or .bmp.",
    "no_photos.usable": "None of the %(photos)d photos can be learned from: %(broken)d broken, %(gray)d without color, %(small)d too small.",
    "worker_died.check": "The worker stopped three times while checking these photos.",
    "internal_error.check": "Something broke on our side while checking. The worker's log says what.",
    "data_set_not_ready": "The data set “%(name)s” is not ready. Have it checked.",
    "data_set_changed": "The data set “%(name)s” has changed since it was checked (%(what)s). Have it checked again, and start a new run.",
    "data_set_gone": "The data set “%(name)s” is no longer there.",
    "data_set_gone.run": "A data set of this run has been deleted. Start a new run.",
    "unknown_model.base": "The base model is not here: %(why)s",
    "too_few_devices": "The run wants %(wanted)d GPUs and this machine has %(here)d.",
    "out_of_memory.training": "There was not enough memory. Try a smaller batch, smaller crops or fewer photos.",
    "killed": "The system ended the training at once (signal %(signal)s), for want of memory most likely. Resume it to go on from the last checkpoint, or try a smaller batch.",
    "no_files": "A file could not be read or written: %(why)s",
    "internal_error.training": "Something broke on our side (%(why)s). The training worker's log says more.",
    "disk_full": "The disk is full. Make room, then resume the run.",
    "training_failed": "The training failed: %(why)s",
    "crashed": "The training crashed (%(signal)s). Its log says more.",
    "not_kept": "The weights could not be kept: %(why)s",
    "worker_died.training": "The training worker was killed three times without getting any further, for want of memory most likely. Try a smaller batch or fewer photos, then resume.",
    "model_unavailable.weights": "The weights cannot be read: %(why)s",
    "not_measured": "It could not be measured: %(why)s",
    "worker_died.evaluation": "The worker stopped three times while measuring.",
    "internal_error.evaluation": "Something broke while measuring. The worker's log says what.",
}
CODES = {sentence: code for code, sentence in SENTENCES.items()}
RENAMED = {"model_unavailable.weights": {"why": "reason"}, "too_few_devices": {"wanted": "chosen"}}
MODELS = ("DataSet", "TrainingRun", "Evaluation")


def _rows(apps, schema_editor, name):
    return apps.get_model("ml", name).objects.using(schema_editor.connection.alias).exclude(error={})


def forwards(apps, schema_editor):
    for name in MODELS:
        for row in _rows(apps, schema_editor, name).iterator():
            error = row.error
            if "sentence" not in error:
                continue
            sentence, parts = error["sentence"], error.get("parts") or {}
            if code := CODES.get(sentence):
                names = RENAMED.get(code, {})
                params = {names.get(name, name): value for name, value in parts.items()}
                row.error = {"code": code, "params": params}
            else:
                message = sentence % parts if parts else sentence
                row.error = {"code": error["code"], "message": message}
            row.save(update_fields=["error"])


def backwards(apps, schema_editor):
    for name in MODELS:
        for row in _rows(apps, schema_editor, name).iterator():
            code, params = row.error["code"], row.error.get("params", {})
            sentence = row.error.get("message") or SENTENCES.get(code, code)
            names = {new: old for old, new in RENAMED.get(code, {}).items()}
            params = {names.get(name, name): value for name, value in params.items()}
            row.error = {"code": code.partition(".")[0], "sentence": sentence, "parts": params}
            row.save(update_fields=["error"])


class Migration(migrations.Migration):
    dependencies = [("ml", "0006_manage_runs")]

    operations = [
        migrations.RunPython(forwards, backwards),
    ]

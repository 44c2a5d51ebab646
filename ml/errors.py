"""The errors of data sets, runs and models: what their codes mean, for programs and for people."""

from django.utils.translation import gettext_noop as _

from colorweb.errors import Meaning

OF_DATA_SETS = {
    "not_an_archive": Meaning(
        400,
        "The file is neither a zip nor a tar.",
        _("This file is neither a zip nor a tar. Pack the photos into one."),
    ),
    "no_archive": Meaning(400, "An upload needs a `file`.", _("Choose a zip or tar of photos.")),
    "archive_too_large": Meaning(
        400,
        "The archive unpacks to more than the limit.",
        _("The archive unpacks to more than %(limit)d GB. Split it, or use a folder."),
    ),
    "archive_too_large.entries": Meaning(
        text=_("The zip has more than %(limit)d files. Pack them as a tar, or as several zips.")
    ),
    "archive_broken": Meaning(
        400,
        "The archive cannot be read to its end.",
        _("The archive cannot be read to its end (%(reason)s). Pack it again."),
    ),
    "no_such_path": Meaning(
        400,
        "No such path inside the folders that may be used.",
        _("There is no %(path)s in the folders that may be used: %(roots)s."),
    ),
    "no_such_path.places365": Meaning(
        text=_("%(path)s is not a copy of Places365: it needs %(list)s and one of %(folders)s.")
    ),
    "no_such_data_set": Meaning(
        400, "There is no such data set.", _("There is no data set called “%(name)s”.")
    ),
    "data_set_not_ready": Meaning(
        409,
        "The data set has not been checked, or cannot be used.",
        _("The data set “%(name)s” is not ready. Have it checked."),
    ),
    "data_set_busy": Meaning(
        409,
        "The data set is being checked already.",
        _("It is being checked already, or is waiting for a check."),
    ),
    "data_set_in_use": Meaning(
        409,
        "A run that has not ended uses the data set.",
        _("The run “%(run)s” is using it. Wait for it to end, or stop it first."),
    ),
    "no_photos": Meaning(
        text=_(
            "There are no photos in it. Photos end in .jpg, .png, .webp, .heic, .avif, .gif, .tif "
            "or .bmp."
        )
    ),
    "no_photos.usable": Meaning(
        text=_(
            "None of the %(photos)d photos can be used for training: %(broken)d broken, "
            "%(gray)d without color, %(small)d too small."
        )
    ),
    "no_photos.found": Meaning(
        text=_(
            "None of the %(photos)d photos can be used for training: %(broken)d broken, "
            "%(gray)d without color, %(toned)d toned prints, %(small)d too small."
        )
    ),
    "no_photos.left": Meaning(text=_("No photo would be left to learn from.")),
    "data_set_changed": Meaning(
        text=_(
            "The data set “%(name)s” has changed since it was checked (%(what)s). Have it"
            " checked again, and start a new run."
        )
    ),
    "data_set_changed.fingerprint": Meaning(
        text=_(
            "The photos of the data set “%(name)s” have changed since it was chosen. Have"
            " it checked again, and start a new run."
        )
    ),
    "data_set_gone": Meaning(text=_("The data set “%(name)s” is no longer there.")),
    "worker_died.check": Meaning(
        text=_("The worker stopped three times while checking these photos.")
    ),
    "internal_error.check": Meaning(
        text=_("Something broke on our side while checking. The worker's log says what.")
    ),
}
OF_RUNS = {
    "no_data_set": Meaning(
        400, "A run needs at least one data set.", _("Choose a data set to train on.")
    ),
    "option_unknown": Meaning(
        400, "An option has a value that is not known.", _("There is no %(option)s “%(value)s”.")
    ),
    "option_out_of_range": Meaning(
        400,
        "An option is too small or too large.",
        _("%(option)s: from %(least)s to %(most)s."),
    ),
    "size_not_a_step": Meaning(
        400,
        "`size` is not a multiple of the network's step.",
        _("The size has to be a multiple of %(step)d pixels for this network."),
    ),
    "batch_too_large": Meaning(
        400,
        "`batch` is larger than the photos to learn from.",
        _("A batch of %(batch)d is more than the %(photos)d photos to learn from."),
    ),
    "data_set_is_reference": Meaning(
        409,
        "Only the reference set was chosen, whose photos are kept out of training.",
        _(
            "“%(name)s” is the reference set: its photos are kept out of training. Choose another "
            "set too."
        ),
    ),
    "run_ended": Meaning(409, "The run has ended already.", _("The run has ended already.")),
    "run_not_ended": Meaning(
        409,
        "The run has not ended; stop it first.",
        _("Stop the run first; only ended ones are deleted."),
    ),
    "run_not_resumable": Meaning(
        409,
        "Only a stopped or failed run can be resumed.",
        _("Only a stopped or failed run can be resumed."),
    ),
    "run_not_resumable.expired": Meaning(
        text=_("Its checkpoints were deleted after %(days)d days. Start another like it.")
    ),
    "no_such_run": Meaning(text=_("There is no training run called “%(name)s”.")),
    "data_set_gone.run": Meaning(
        text=_("A data set of this run has been deleted. Start a new run.")
    ),
    "unknown_model.base": Meaning(text=_("The base model is not here: %(why)s")),
    "too_few_devices": Meaning(
        400,
        "The machine that trains has fewer GPUs.",
        text=_("The run needs %(chosen)d GPUs and this machine has %(here)d."),
    ),
    "out_of_memory.training": Meaning(
        text=_("There was not enough memory. Try a smaller batch, smaller crops or fewer photos.")
    ),
    "killed": Meaning(
        text=_(
            "The system killed the training (signal %(signal)s), most likely for lack of "
            "memory. Resume it to go on from the last checkpoint, or try a smaller batch."
        )
    ),
    "no_files": Meaning(text=_("A file could not be read or written: %(why)s")),
    "internal_error.training": Meaning(
        text=_("Something broke on our side (%(why)s). The training worker's log says more.")
    ),
    "disk_full.before": Meaning(
        text=_(
            "Only %(free)d MB are free where runs are kept, and a run needs %(needed)d. Make room, "
            "then resume the run."
        )
    ),
    "disk_full": Meaning(text=_("The disk is full. Make room, then resume the run.")),
    "training_failed": Meaning(text=_("The training failed: %(why)s")),
    "crashed": Meaning(text=_("The training crashed (%(signal)s). Its log says more.")),
    "not_kept": Meaning(text=_("The weights could not be saved: %(why)s")),
    "worker_died.training": Meaning(
        text=_(
            "The training worker was killed three times at the same step, most likely for"
            " lack of memory. Try a smaller batch or fewer photos, then resume."
        )
    ),
}
OF_MODELS = {
    "not_a_model": Meaning(
        400,
        "The file is not a safetensors file of one of our networks.",
        _("Not a safetensors file of a network of ours: %(why)s"),
    ),
    "not_a_model.card": Meaning(text=_("Not a model: %(why)s")),
    "model_too_large": Meaning(
        400, "The model is larger than the limit.", _("A model can be up to %(limit)d MB.")
    ),
    "gate_missing": Meaning(
        409,
        "Compare it first, or give a `reason`.",
        _("It has not been compared with the version in service. Evaluate it, or give a reason."),
    ),
    "gate_missing.photos": Meaning(
        text=_(
            "It was compared on %(photos)d photos, and the gate needs %(needed)d. Choose a larger "
            "reference set, or give a reason."
        )
    ),
    "gate_failed": Meaning(
        409,
        "It is worse than the version in service; give a `reason`.",
        _("It is worse than the version in service. Give a reason to promote it anyway."),
    ),
    "in_service": Meaning(
        409, "The version is in service already.", _("This version is in service already.")
    ),
    "in_service.archive": Meaning(
        text=_("A version that is in service, or on its way there, cannot be archived.")
    ),
    "model_archived": Meaning(
        409,
        "The version is archived; choose another.",
        _("%(version)s is archived. Choose another version."),
    ),
    "promotion_under_way": Meaning(
        409,
        "Another version is on its way into service; wait, or roll it back.",
        _("%(version)s is on its way into service. Wait for its end, or roll it back."),
    ),
    "no_canary": Meaning(
        409,
        "The version is not being tried.",
        _("This version is not being tried on a part of the photos."),
    ),
    "canary_too_few": Meaning(
        409,
        "The canary has colored too few photos for its next step.",
        _("It has colored %(jobs)d photos of this step; the next one needs %(needed)d."),
    ),
    "canary_worse": Meaning(
        409,
        "The canary fails or is slow too often for its next step.",
        _("Of its %(jobs)d photos %(failed)d failed and %(slow)d were slow: too many to go on."),
    ),
    "canary_failed": Meaning(
        text=_(
            "It was taken back by itself: of its %(jobs)d photos %(failed)d failed and %(slow)d "
            "were slow, more than with the version before it."
        )
    ),
    "check_failed": Meaning(),
    "check_failed.failing": Meaning(
        text=_("It could not color the sample photo %(photo)s: %(why)s")
    ),
    "check_failed.not_a_number": Meaning(
        text=_("It colors the sample photo %(photo)s with values that are not numbers.")
    ),
    "check_failed.black": Meaning(text=_("It makes the sample photo %(photo)s black.")),
    "check_failed.uniform": Meaning(
        text=_("It gives all sample photos the same color everywhere.")
    ),
    "check_failed.burnt": Meaning(
        text=_("It burns the sample photo %(photo)s: its colors are far too strong.")
    ),
    "check_failed.worker_died": Meaning(
        text=_("The worker stopped three times while checking it.")
    ),
    "nothing_before": Meaning(
        409,
        "No version was in service before this one.",
        _("There was no version in service before this one."),
    ),
    "promoted_meanwhile": Meaning(
        409,
        "Someone else has just changed the version in service.",
        _("Someone else has just changed the version in service. Reload the page."),
    ),
    "model_unavailable": Meaning(
        409,
        "The version's weights cannot be read.",
        _("This network cannot be loaded now. Choose another, or the default."),
    ),
    "model_unavailable.weights": Meaning(
        text=_("The weights of this version cannot be read: %(reason)s")
    ),
    "nothing_to_measure": Meaning(
        409,
        "There are no photos to compare on: name a `data_set`.",
        _("There are no photos to compare on. Choose a data set, or make one the reference."),
    ),
    "evaluation_ended": Meaning(
        409, "The comparison has ended already.", _("The comparison has ended already.")
    ),
    "not_measured": Meaning(text=_("It could not be measured: %(why)s")),
    "worker_died.evaluation": Meaning(text=_("The worker stopped three times while measuring.")),
    "internal_error.evaluation": Meaning(
        text=_("Something broke while measuring. The worker's log says what.")
    ),
}
CODES = {
    "permission_denied": Meaning(403, "Only staff with the right permission can do this."),
    **OF_DATA_SETS,
    **OF_RUNS,
    **OF_MODELS,
}

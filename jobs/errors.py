"""The errors of photos and jobs: what their codes mean, for programs and for people."""

import re

from django.utils.translation import gettext_noop as _

from colorweb.errors import CODES as GENERAL
from colorweb.errors import Meaning
from ml.imaging.photo_errors import ERRORS as PHOTO_ERRORS

OF_PHOTOS = tuple(PHOTO_ERRORS)
OF_ARCHIVES = ("not_a_zip", "empty_zip", "too_many_entries", "zip_too_dense", "too_many_pages")
OF_LIMITS = ("too_many_waiting", "quota_exceeded", "queue_full", "storage_full", "no_room")


def _in_short(text: str) -> str:
    """What is wrong with a photo, without the figures and what to do."""
    return re.sub(r"%\(\w+\)s", "…", text.split(". ", maxsplit=1)[0].rstrip(".") + ".")


def _of_photo(code: str, text: str) -> Meaning:
    known = GENERAL.get(code)
    return known._replace(text=text) if known else Meaning(400, _in_short(text), text)


CODES = {
    "unknown_model": Meaning(
        400,
        "There is no model of that name; `models/` lists them.",
        _("There is no model “%(name)s”."),
    ),
    "invalid_hint": Meaning(
        400,
        "A hint cannot be used: see `detail`, which names its index.",
        _("Hint %(index)d: %(why)s"),
    ),
    "hints_unsupported": Meaning(
        400,
        "This model takes no hints; `models/` says which do.",
        _("The model “%(name)s” takes no hints. Choose another one."),
    ),
    "depth_unsupported": Meaning(
        400,
        "This format holds 8 bits a channel; PNG and TIFF hold 16.",
        _("%(format)s holds 8 bits a channel. Choose PNG or TIFF for 16."),
    ),
    "invalid_geometry": Meaning(400, "The geometry makes no picture: see `detail`.", "%(why)s"),
    "too_many_photos": Meaning(
        400,
        "The zip would hold too many photos; make several zips.",
        _("These are %(count)d photos; a zip holds at most %(limit)d. Make several zips."),
    ),
    "not_a_zip": Meaning(
        400,
        "The archive is neither a readable zip nor a file of several pages.",
        _("This is neither a zip archive nor a file of several pages."),
    ),
    "too_many_pages": Meaning(
        400,
        "The file has too many pages to make each a photo; split it.",
        _("The file has %(count)d pages; the limit is %(limit)d. Split it into several files."),
    ),
    "empty_zip": Meaning(400, "There is no file in the zip.", _("There is no file in the zip.")),
    "too_many_entries": Meaning(
        400,
        "The zip has too many files; send several zips.",
        _("The zip has %(count)d files; the limit is %(limit)d. Send several zips."),
    ),
    "too_many_entries.uncounted": Meaning(
        text=_("The zip has far more than %(limit)d files. Send several zips.")
    ),
    "zip_too_dense": Meaning(
        400,
        "The zip would unpack to far more than photos do.",
        _("The zip would unpack to far more than photos do."),
    ),
    "url_intake_off": Meaning(400, "This server fetches no photos; send the file."),
    "url_unreachable": Meaning(
        400,
        "The photo could not be fetched from the address: see `detail`.",
        _("The address redirects too many times."),
    ),
    "url_unreachable.status": Meaning(text=_("The address answered with status %(status)d.")),
    "url_refused": Meaning(400, "This server may not call that address: see `detail`."),
    **{code: _of_photo(code, text) for code, text in PHOTO_ERRORS.items()},
    "too_many_bytes.entry": Meaning(text=_("The file is larger than a photo may be.")),
    "worker_died": Meaning(
        text=_(
            "The worker stopped three times while coloring this photo. Try a smaller copy of it."
        )
    ),
    "worker_died.file": Meaning(text=_("The worker stopped three times while making this file.")),
    "took_too_long": Meaning(text=_("Coloring took too long. Try a smaller copy of the photo.")),
    "out_of_memory": Meaning(
        text=_("The photo needs more memory than is available. Try a smaller copy.")
    ),
    "internal_error": Meaning(
        text=_("Something broke on our side while coloring. Please try again.")
    ),
    "worker_died.entry": Meaning(text=_("The worker stopped three times while reading this file.")),
    "unsupported_format.packed": Meaning(
        text=_(
            "This file in the zip is packed by %(kind)s, which cannot be unpacked here. Pack it "
            "again as an ordinary zip, or send the photo itself."
        )
    ),
    "damaged.entry": Meaning(text=_("This file in the zip is damaged or encrypted.")),
    "idempotency_conflict": Meaning(
        409,
        "This Idempotency-Key was used before with another body.",
        _("This Idempotency-Key was used before with another photo or other options."),
    ),
    "job_ended": Meaning(
        409,
        "The job has ended already and cannot be canceled.",
        _("This job has ended already."),
    ),
    "batch_ended": Meaning(
        409,
        "Everything of the batch has ended already; there is nothing to cancel.",
        _("Everything in this batch has ended already."),
    ),
    "job_not_ended": Meaning(
        409,
        "Only a failed or canceled job can be tried again.",
        _("Only a failed or canceled job can be tried again."),
    ),
    "owners_only": Meaning(403, "Only the photo's owner can do this."),
    "rendition_failed": Meaning(409, "That file could not be made: see `detail`.", "%(why)s"),
    "no_result": Meaning(
        409,
        "The job has not succeeded, so there is no result.",
        _("There is no result yet."),
    ),
    "no_result.canceled": Meaning(text=_("The job was canceled, so there is no result.")),
    "no_result.chosen": Meaning(text=_("None of these photos is in color yet.")),
    "version_in_use": Meaning(
        409,
        "The photo is shown in this version; use another one first.",
        _("The photo is shown in this version. Use another one first."),
    ),
    "too_many_links": Meaning(
        409,
        "The photo or album has reached its limit of links.",
        _("There are %(limit)d links already. Revoke some."),
    ),
    "too_many_albums": Meaning(
        409,
        "You have reached the limit of albums.",
        _("You have %(limit)d albums. Delete some that you no longer need."),
    ),
    "stale_revision": Meaning(
        412,
        "The look has been changed since that `revision`; read it again.",
        _("The look of this photo has been changed elsewhere. Reload and try again."),
    ),
    "too_many_endpoints": Meaning(
        409,
        "The account has reached its limit of webhooks.",
        _("Delete a webhook that you no longer need."),
    ),
    "too_many_waiting": Meaning(
        429,
        "You have reached the limit of queued photos. Try again when some have finished.",
        _("%(limit)d of your photos are waiting already. Send more when some are done."),
    ),
    "too_many_waiting.zips": Meaning(
        text=_("%(limit)d of your zips are being unpacked already. Send more when some are done.")
    ),
    "too_many_waiting.files": Meaning(
        text=_("%(limit)d files are being made for you already. Ask again when some are done.")
    ),
    "quota_exceeded": Meaning(
        429,
        "The day's quota of photos is used up.",
        _("You have sent %(limit)d photos within a day, which is the limit."),
    ),
    "queue_full": Meaning(
        503,
        "The queue is full; nothing that you sent was stored.",
        _("The queue is full. Try again in a minute."),
    ),
    "queue_full.half": Meaning(
        text=_(
            "Many photos are waiting, so we take one at a time of everybody. Send the next one "
            "when yours is colored."
        )
    ),
    "too_many_streams": Meaning(
        429,
        "You have as many event streams and sockets open as you may; close some.",
        _("You have too many pages or programs open that wait for photos. Close some."),
    ),
    "no_worker": Meaning(
        503,
        "No worker answers at the moment; try again later.",
        _("No worker answers at the moment. Try again in a few seconds."),
    ),
    "too_many_fetches": Meaning(
        503,
        "Too many photos are being fetched; try again later.",
        _("Too many photos are being fetched. Try again in a minute."),
    ),
    "storage_full": Meaning(
        507,
        "Your photos use all the storage you have; delete some.",
        _("Your photos use %(used)s of %(limit)s. Delete some that you no longer need."),
    ),
}

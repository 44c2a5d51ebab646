"""The errors that photos and jobs add to the API's."""

import re

from colorweb.api.errors import CODES, Meaning
from ml.imaging.photo_errors import ERRORS as PHOTO_ERRORS

OF_PHOTOS = tuple(PHOTO_ERRORS)
OF_ZIPS = ("not_a_zip", "empty_zip", "too_many_entries", "zip_too_dense")
OF_LIMITS = ("too_many_waiting", "quota_exceeded", "queue_full", "storage_full")


def _in_short(sentence: str) -> str:
    """What is wrong with a photo, without the figures and what to do."""
    return re.sub(r"\{\w+\}", "…", sentence.split(". ", maxsplit=1)[0].rstrip(".") + ".")


CODES |= {
    "unknown_model": Meaning(400, "There is no model of that name; `models/` lists them."),
    "not_a_zip": Meaning(400, "The archive is no zip that can be read."),
    "empty_zip": Meaning(400, "There is no file in the zip."),
    "too_many_entries": Meaning(400, "The zip has more files than are taken; send several."),
    "zip_too_dense": Meaning(400, "The zip would unpack to far more than photos do."),
    "url_intake_off": Meaning(400, "This server fetches no photos; send the file."),
    "url_unreachable": Meaning(400, "The address gave no photo in time: see `detail`."),
    "url_refused": Meaning(400, "An address that is not called from here: see `detail`."),
    **{
        code: Meaning(400, _in_short(sentence))
        for code, sentence in PHOTO_ERRORS.items()
        if code not in CODES
    },
    "idempotency_conflict": Meaning(409, "This Idempotency-Key came before with another body."),
    "job_ended": Meaning(409, "The job has ended already and cannot be canceled."),
    "job_not_ended": Meaning(409, "Only a failed or canceled job can be tried again."),
    "owners_only": Meaning(403, "This is for the photo's owner alone."),
    "rendition_failed": Meaning(409, "That file could not be made: see `detail`."),
    "no_result": Meaning(409, "The job has not succeeded, so there is no result."),
    "too_many_endpoints": Meaning(409, "The account has as many webhooks as it may have."),
    "too_many_waiting": Meaning(429, "As many of your photos wait as may; send more later."),
    "quota_exceeded": Meaning(429, "The day's quota of photos is used up."),
    "queue_full": Meaning(503, "The queue is full; nothing was kept of what you sent."),
    "too_many_fetches": Meaning(503, "Too many photos are being fetched just now; come back."),
    "storage_full": Meaning(507, "Your photos take all the room they may; delete some."),
}

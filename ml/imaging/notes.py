"""What intake notices about a file that it could read all the same."""

from typing import Any

NOTES = {
    "first_frame": "The file moves; only its first frame is colored.",
    "pages": "The file has %(count)s pages; this is page %(page)s.",
    "end_missing": "The end of the file is missing; the last rows of the photo may lack their "
    "right end.",
    "rows_missing": "The end of the file is missing: %(percent)s %% of the photo could not be read "
    "and are gray.",
    "detail_missing": "The end of the file is missing; the photo may be less sharp than it was.",
    "profile_ignored": "The file's color profile could not be used; its tones may differ.",
    "coarse_tones": "The file's dark tones could be read in coarse steps only.",
    "orientation_from_xmp": "The file says only in its XMP which way is up; the photo was turned "
    "by that.",
}
"""Code -> sentence, to be filled in with the note's other values."""

Note = dict[str, Any]
"""`{"code": …}` and what its sentence is filled in with; JSON."""


def note(code: str, **params: Any) -> Note:
    """A note of a known code."""
    NOTES[code] % params  # a value that is missing fails here
    return {"code": code, **params}

"""What the staff see of photos, in the console."""

from jobs.admin import photos, public

__all__ = ["photos", "public"]

"""What can be wrong with a data set."""

from ml.errors import Told


class DataSetError(Told):
    """A data set that cannot be used, or cannot be touched now."""


class Unreadable(Exception):
    """One photo of a set that cannot be read; the others may be fine."""

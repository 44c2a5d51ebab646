"""What can be wrong with one photo of a data set."""


class Unreadable(Exception):
    """One photo of a set that cannot be read; the others may be fine."""

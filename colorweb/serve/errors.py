class CannotServe(Exception):
    """Why the site cannot start, in a sentence for whoever started it."""

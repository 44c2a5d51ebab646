"""All that a site holds in one file, and back: `manage.py backup` and `manage.py restore`.

Rows are written by Django rather than by a database's own tool: no client of the right version has
to be there, and what was saved on SQLite may be restored on PostgreSQL. Rows come first, from one
moment; the files after them. A stored file never changes, so those that the rows name are either
the same or have been deleted since; photos and accounts deleted during a backup do not come back.
"""


class BackupError(Exception):
    """Why nothing was saved or restored, in a sentence for the operator."""

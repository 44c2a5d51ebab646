"""Real parts for tests and bench: the site, Valkey, S3, databases, a browser, photos made by code.

Imported by tests/ and bench/ only; the site itself never does, and images leave it out.
"""

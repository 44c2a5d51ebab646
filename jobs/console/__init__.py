"""The console's first page: how the site fares, and what staff can do about it."""

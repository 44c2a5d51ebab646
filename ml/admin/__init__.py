"""The console's pages about networks."""

from ml.admin import datasets, runs, versions

__all__ = ["datasets", "runs", "versions"]

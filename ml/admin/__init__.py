"""The console's pages about networks."""

from ml.admin import comparisons, datasets, promotions, runs, versions

__all__ = ["comparisons", "datasets", "promotions", "runs", "versions"]

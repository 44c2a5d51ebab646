"""Photos and everything people do with them: queue, results, sharing, API, pages, console.

The layers within are held by import-linter (pyproject.toml).
"""

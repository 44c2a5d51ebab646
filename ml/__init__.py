"""Networks: coloring with them, data sets, training runs, versions in service.

The layers within are held by import-linter (pyproject.toml).
"""

"""Runs the whole site on one machine: `python -m colorweb.serve`."""

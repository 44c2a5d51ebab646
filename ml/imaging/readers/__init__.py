"""Readers of photo files, a module for each kind; `ml.imaging.formats` chooses among them.

Only the process that decodes imports them: some bring large libraries along.
"""

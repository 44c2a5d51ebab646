"""The account of what staff do: who did what, by which way, and what it was before and after.

Any app may import this and calls `records.record` where it changes something; it imports none.
"""

"""Data sets: where photos to learn from come from, what is in them, and how a run gets them."""

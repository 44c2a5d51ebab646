"""Photos to learn from and to measure on: found, read, held in memory, cut into batches.

Evaluation and training may import it; it knows the network's color spaces.
"""

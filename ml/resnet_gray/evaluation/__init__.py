"""How good a network is: figures, checks on held-out photos, calibration, curves.

Training may import it; it knows the network and the data.
"""

"""What a photo costs: the estimated milliseconds of one coloring process.

Measured by `python -m bench cost` (AMD EPYC, 2 cores, torch on the CPU): a line through the times
of photos of 0.3 to 48 megapixels, JPEG to JPEG with previews.
"""

NETWORK = 120
"""For any photo: the network's pass, and what does not grow with the photo."""
PER_MEGAPIXEL = 30
"""For reading, coloring and writing its pixels."""


def estimate(width: int, height: int) -> int:
    """Milliseconds for a photo of so many pixels."""
    return NETWORK + round(PER_MEGAPIXEL * width * height / 1e6)

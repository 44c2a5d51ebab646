"""What a photo costs: the estimated milliseconds of one coloring process.

From docs/performance.md (`make bench`, rows `photo` and `start`): reading, coloring and writing
12 megapixels with previews takes 343 ms besides the network, and a photo of 640 x 480 140 ms from
the upload to the result. `python -m bench cost` draws a line through the times of several sizes.
"""

NETWORK = 120
"""For any photo: the network's pass, and what does not grow with the photo."""
PER_MEGAPIXEL = 30
"""For reading, coloring and writing its pixels."""


def estimate(width: int, height: int) -> int:
    """Milliseconds for a photo of so many pixels."""
    return NETWORK + round(PER_MEGAPIXEL * width * height / 1e6)

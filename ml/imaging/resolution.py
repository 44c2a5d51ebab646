"""How EXIF and TIFF say how many pixels are an inch: by the same tags."""

ACROSS, DOWN, UNIT = 282, 283, 296
INCH, CENTIMETER = 2, 3
"""Values of `UNIT`."""
AN_INCH = {INCH: 1.0, CENTIMETER: 2.54}
"""So many of a unit are an inch."""

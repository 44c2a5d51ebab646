"""The networks themselves, and all that coloring a photo with one needs.

The rest of `ml.resnet_gray` and workers may import it; it knows `ml.imaging`.
"""

"""How vivid colors are: a number from 0 to 2, and the names of three of its steps.

0 is the mean of the likely colors, 1 what the network decodes, 2 the same with more chroma.
"""

CALM, NATURAL, VIVID = 0.0, 1.0, 2.0
STEPS = "0 calm, 1 natural (default), 2 vivid"
"""The steps as commands and the API's document explain them."""

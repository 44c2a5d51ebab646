"""The network at 256 pixels, one thread, against itself run plainly."""

import numpy as np
import torch

from bench.rows import Row, ms, times
from ml.resnet_gray.network import weights
from ml.resnet_gray.network.colorizer import best_dtype, optimized
from ml.versions import catalog

AIM = 1.8


def rows(*, quick: bool) -> list[Row]:
    """The network alone, both heads, a 256 x 256 frame."""
    plain, card = weights.load(catalog.default())
    fast = optimized(weights.load(catalog.default())[0], "cpu")
    rng = np.random.default_rng(0)
    lightness = torch.from_numpy(rng.uniform(0, 100, (1, 1, 256, 256)).astype(np.float32))
    with torch.inference_mode():
        taken = times(
            {"plain": lambda: plain.predict(lightness), "fast": lambda: fast.predict(lightness)},
            repeats=9 if quick else 41,
        )
    dtype = str(best_dtype("cpu")).removeprefix("torch.")
    return [
        Row(
            f"network `{card['name']}` at 256 x 256, {dtype}, channels last, fused",
            ms(taken["fast"]),
            f"{ms(taken['plain'])} plainly (float32, contiguous)",
            f"{taken['plain'] / taken['fast']:.2f} x faster",
            f"at least {AIM} x, where the processor has bfloat16",
        )
    ]

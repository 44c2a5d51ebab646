"""Photos in Lab and back, as figures are measured on them: exactly, not by 8-bit tables."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ml.resnet_gray.network import lab

from .metrics import AB, RGB


def to_lab(rgb: RGB) -> tuple[NDArray[np.float32], AB]:
    """L H,W,1 and ab H,W,2 of a photo."""
    image = torch.from_numpy(np.ascontiguousarray(rgb)).permute(2, 0, 1)[None].float() / 255
    planes = lab.rgb_to_lab(image)[0].permute(1, 2, 0).numpy()
    return planes[..., :1], planes[..., 1:]


def to_rgb(lightness: NDArray[Any], ab: AB) -> RGB:
    """The photo of L H,W,1 and ab H,W,2."""
    planes = torch.from_numpy(np.concatenate((lightness, ab), 2)).permute(2, 0, 1)[None]
    rgb = lab.lab_to_rgb(planes)[0].permute(1, 2, 0)
    return (rgb * 255).round().byte().numpy()

"""sRGB <-> CIE L*a*b* (D65, 2 degrees) on tensors N,3,H,W, with scikit-image's constants.

L is 0..100; a and b lie within about -110..110; RGB is 0..1. The formulas are those of
IEC 61966-2-1 (sRGB) and CIE 15 (Lab); the constants are scikit-image's (``skimage.color``),
which rounds the XYZ matrix to six digits. Both directions can be differentiated.
"""

import torch
from torch import Tensor

XYZ_FROM_RGB = (
    (0.412453, 0.357580, 0.180423),
    (0.212671, 0.715160, 0.072169),
    (0.019334, 0.119193, 0.950227),
)
WHITE = (0.95047, 1.0, 1.08883)  # D65, 2 degrees

_FROM = torch.tensor(XYZ_FROM_RGB, dtype=torch.float64)
_WHITE = torch.tensor(WHITE, dtype=torch.float64)
_RGB_TO_XYZ = _FROM / _WHITE[:, None]  # straight to XYZ relative to white
_XYZ_TO_RGB = torch.linalg.inv(_FROM) * _WHITE


def _mix(matrix: Tensor, image: Tensor) -> Tensor:
    return torch.einsum("ij,njhw->nihw", matrix.to(image), image)


def rgb_to_lab(rgb: Tensor) -> Tensor:
    """Lab N,3,H,W of sRGB N,3,H,W in 0..1."""
    linear = torch.where(rgb > 0.04045, ((rgb.clamp_min(0) + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    xyz = _mix(_RGB_TO_XYZ, linear)
    f = torch.where(xyz > 0.008856, xyz.clamp_min(0.008856).pow(1 / 3), 7.787 * xyz + 16 / 116)
    x, y, z = f.unbind(1)
    return torch.stack((116 * y - 16, 500 * (x - y), 200 * (y - z)), 1)


def lab_to_rgb(lab: Tensor) -> Tensor:
    """sRGB N,3,H,W of Lab N,3,H,W, clipped to 0..1 where a color lies outside sRGB."""
    lightness, a, b = lab.unbind(1)
    y = (lightness + 16) / 116
    f = torch.stack((y + a / 500, y, (y - b / 200).clamp_min(0)), 1)
    xyz = torch.where(f > 0.2068966, f**3, (f - 16 / 116) / 7.787)
    linear = _mix(_XYZ_TO_RGB, xyz)
    curved = 1.055 * linear.clamp_min(0.0031308).pow(1 / 2.4) - 0.055
    return torch.where(linear > 0.0031308, curved, linear * 12.92).clamp(0, 1)

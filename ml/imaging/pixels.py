"""Pixels of any kind that Pillow knows, as plain 8-bit sRGB arrays.

Everything works in strips: Pillow keeps 4 bytes a pixel, and a second full copy is what
a large photo cannot afford.
"""

import io
from collections.abc import Callable, Iterator

import cv2
import numpy as np
from PIL import Image, ImageCms, TiffImagePlugin

from . import srgb
from .srgb import Pixels

QUARTER_TURNS = {5, 6, 7, 8}
"""EXIF orientations that swap width and height."""

WIDE = {"I", "F", "I;16", "I;16L", "I;16B", "I;16N"}
"""Pillow's modes for gray of more than 8 bits."""
GRAY = {"1", "L", "LA", "La", *WIDE}


class Profile:
    """How an image's own colors become those of sRGB, by its ICC profile if it has one.

    ``notes`` has what went wrong: a broken profile is ignored.
    """

    def __init__(self, image: Image.Image) -> None:
        self.notes: list[str] = []
        self._curve: Pixels | None = None
        self._transform: ImageCms.ImageCmsTransform | None = None
        data = image.info.get("icc_profile")
        try:
            if image.mode == "LAB":
                self._transform = _to_srgb(
                    ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")), "LAB"
                )
            elif data:
                self._read(data, image.mode)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            self.notes.append("profile_ignored")

    def _read(self, data: bytes, mode: str) -> None:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        space = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}[profile.profile.xcolor_space.strip()]
        own = "L" if mode in GRAY else "CMYK" if mode == "CMYK" else "RGB"
        if own == "L" and space != "CMYK":
            # A table of 256 grays instead of a transform: what is gray stays exactly gray.
            ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
            mapped = ImageCms.applyTransform(ramp.convert(space), _to_srgb(profile, space))
            curve = np.asarray(mapped)[0, :, 1].copy()
            if np.abs(curve.astype(int) - np.arange(256)).max() > 1:
                self._curve = curve
        elif own == space:
            transform = _to_srgb(profile, space)
            if space != "RGB" or not _is_identity(transform):
                self._transform = transform
        else:
            raise ValueError(f"a profile for {space} on {own} pixels")

    def to_rgb(self, part: Image.Image) -> Pixels:
        """uint8 H,W,3 of an image in mode L, RGB, CMYK or LAB."""
        if self._transform is not None:
            return np.asarray(ImageCms.applyTransform(part, self._transform))
        rgb = np.array(part.convert("RGB"))
        return rgb if self._curve is None else self._curve[rgb]

    def apply(self, rgb: Pixels) -> None:
        """Change decoded gray or RGB pixels in place."""
        if self._curve is None and self._transform is None:
            return
        for rows in srgb.strips(*rgb.shape[:2]):
            rgb[rows] = self.to_rgb(Image.fromarray(rgb[rows]))


def _to_srgb(profile: ImageCms.ImageCmsProfile, mode: str) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(
        profile,
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


def _is_identity(transform: ImageCms.ImageCmsTransform) -> bool:
    """Most profiles are sRGB under one name or another: a probe finds out, and saves the work."""
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    probe = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(27, 27, 3)
    mapped = np.asarray(ImageCms.applyTransform(Image.fromarray(probe), transform))
    return np.abs(mapped.astype(int) - probe).max() <= 1


def whole(image: Image.Image, profile: Profile) -> tuple[Pixels, Pixels | None]:
    """A decoded image as uint8 H,W,3 and its alpha H,W, or None where it is opaque."""
    rgb = np.empty((image.height, image.width, 3), np.uint8)
    alpha: Pixels | None = None
    for rows, part, part_alpha in _parts(image, profile, 1):
        rgb[rows] = part
        if part_alpha is not None:
            if alpha is None:
                alpha = np.full(rgb.shape[:2], 255, np.uint8)
            alpha[rows] = part_alpha
    return rgb, alpha


def shrunk(image: Image.Image, profile: Profile, side: int) -> tuple[Pixels, Pixels | None]:
    """As ``whole``, by a whole factor smaller, the long side still at least ``side``."""
    factor = max(1, max(image.size) // side)
    if factor == 1:
        return whole(image, profile)
    rgbs: list[Pixels] = []
    alphas: list[Pixels] = []
    opaque = True
    for _, part, part_alpha in _parts(image, profile, factor):
        size = -(-part.shape[1] // factor), -(-part.shape[0] // factor)
        rgbs.append(cv2.resize(part, size, interpolation=cv2.INTER_AREA))
        if part_alpha is None:
            alphas.append(np.full(size[::-1], 255, np.uint8))
        else:
            opaque = False
            alphas.append(cv2.resize(part_alpha, size, interpolation=cv2.INTER_AREA))
    return np.concatenate(rgbs), None if opaque else np.concatenate(alphas)


def _parts(
    image: Image.Image, profile: Profile, multiple: int
) -> Iterator[tuple[slice, Pixels, Pixels | None]]:
    """Strips of a decoded image, their rows a multiple of ``multiple`` as far as they go."""
    step = max(1, srgb.strips(image.height, image.width)[0].stop // multiple) * multiple
    black, white = _levels(image)
    for top in range(0, image.height, step):
        bottom = min(top + step, image.height)
        part = image.crop((0, top, image.width, bottom))
        yield slice(top, bottom), *_planes(part, profile, black, white)


def _planes(
    part: Image.Image, profile: Profile, black: float, white: float
) -> tuple[Pixels, Pixels | None]:
    if part.mode in WIDE:
        values = np.nan_to_num(np.asarray(part).astype(np.float32))
        gray = np.rint(np.clip((values - black) / (white - black), 0, 1) * 255)
        return profile.to_rgb(Image.fromarray(gray.astype(np.uint8))), None
    if part.has_transparency_data:
        rgba = part.convert("RGBA")
        alpha = np.asarray(rgba.getchannel("A"))
        color = rgba.convert("RGB")
        if part.mode in GRAY:
            color = color.getchannel("G")
        return profile.to_rgb(color), None if alpha.min() == 255 else alpha
    if part.mode not in {"L", "RGB", "CMYK", "LAB"}:
        part = part.convert("L" if part.mode in GRAY else "RGB")
    return profile.to_rgb(part), None


def _levels(image: Image.Image) -> tuple[float, float]:
    """The values of black and white in a gray image of more than 8 bits."""
    if image.mode not in WIDE:
        return 0, 255
    bits, inverted = 16, False
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        bits = image.tag_v2.get(TiffImagePlugin.BITSPERSAMPLE, (16,))[0]
        inverted = image.tag_v2.get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == 0
    if image.mode == "F" or bits > 16:
        # Floating point and 32-bit files do not record what white is: the usual scale that fits.
        largest = float(np.nan_to_num(np.asarray(image.getextrema(), dtype=float)).max())
        white = next((w for w in (1.0, 255.0, 65535.0) if largest <= w), largest)
    else:
        white = 2.0**bits - 1
    return (white, 0) if inverted else (0, white)


_TURNS: dict[int, Callable[[Pixels], Pixels]] = {
    2: lambda pixels: cv2.flip(pixels, 1, dst=pixels),
    3: lambda pixels: cv2.flip(pixels, -1, dst=pixels),
    4: lambda pixels: cv2.flip(pixels, 0, dst=pixels),
    5: cv2.transpose,
    6: lambda pixels: cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE),
    7: lambda pixels: cv2.flip(cv2.transpose(pixels), -1),
    8: lambda pixels: cv2.rotate(pixels, cv2.ROTATE_90_COUNTERCLOCKWISE),
}


def turned(pixels: Pixels, orientation: int) -> Pixels:
    """An array the right way up, by its EXIF orientation (1..8; anything else counts as 1).

    May change the array it is given.
    """
    turn = _TURNS.get(orientation)
    return turn(pixels) if turn else pixels


def on_white(rgb: Pixels, alpha: Pixels) -> Pixels:
    """A photo with transparent places as it looks on white paper."""
    cover = alpha[..., None].astype(np.uint16)
    return ((rgb * cover + 255 * (255 - cover) + 127) // 255).astype(np.uint8)


def has_color(rgb: Pixels) -> bool:
    """Whether a photo has colors already; a single tone (sepia, cyanotype, stains) is none.

    A toned print has one ab for each lightness, give or take dirt and JPEG noise: what is left
    after taking out the median ab of each lightness is small, or lies along the tone's own hue.
    """
    scale = 256 / max(256, *rgb.shape[:2])
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    ab = lab[:, 1:]
    rest = ab.copy()
    level = (lab[:, 0] // 10).astype(int)
    for value in np.unique(level):
        rest[level == value] -= np.median(ab[level == value], axis=0)
    tone = ab.mean(axis=0)
    strength = float(np.hypot(*tone))
    along = tone / strength if strength > 1 else np.zeros(2, np.float32)
    across = np.abs(rest @ np.array([-along[1], along[0]]) if strength > 1 else 0)
    spread = np.percentile(np.hypot(*rest.T), 98)
    sideways = np.percentile(across, 98) if strength > 1 else spread
    return bool(sideways > SIDEWAYS or spread > SPREAD)


SIDEWAYS, SPREAD = 6.0, 16.0
"""Lab units that count as color: across the tone's hue, and in any direction."""

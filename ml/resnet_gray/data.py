"""Photos to learn from: read, checked, and held in memory as 8-bit Lab.

A path may be a folder of photos, a photo, a tar of photos, a glob of any of these, or the root
of Places365. A broken photo is named and counted, never fatal; a photo without colour teaches
nothing and is dropped and counted.
"""

import glob
import hashlib
import io
import tarfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from .bins import histogram

SUFFIXES = frozenset([".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"])
LEAST_CHROMA = 5.0  # mean of sqrt(a^2 + b^2) under which a photo counts as black and white
LEAST_SIDE = 32  # pixels

Lab8 = np.ndarray  # uint8 H,W,3 as OpenCV makes it: L * 2.55, a + 128, b + 128


class DataError(Exception):
    """Nothing to learn from; the message says what was looked at."""


def find(paths: Sequence[Path | str], split: str = "train") -> Iterator[tuple[str, bytes]]:
    """Name and content of every photo, in a fixed order.

    ``split`` chooses between the parts of a Places365 root. Raises DataError for a path that is
    not there.
    """
    for path in paths:
        found = [Path(p) for p in sorted(glob.glob(str(path)))]  # noqa: PTH207 (an absolute pattern)
        if not found:
            raise DataError(f"{path}: no such folder, tar or photo")
        for each in found:
            yield from _open(each, split)


def _open(path: Path, split: str) -> Iterator[tuple[str, bytes]]:
    if (path / "categories_places365.txt").exists():
        yield from _places365(path, split)
    elif path.is_dir():
        for file in sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES):
            yield str(file.relative_to(path)), file.read_bytes()
    elif path.suffix.lower() in SUFFIXES:
        yield path.name, path.read_bytes()
    else:
        yield from _tar(path)


def _tar(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(path) as tar:
            for member in tar:
                file = tar.extractfile(member)
                if file and Path(member.name).suffix.lower() in SUFFIXES:
                    yield member.name, file.read()
    except tarfile.TarError as error:
        raise DataError(f"{path}: neither a tar of photos nor a photo ({error})") from error


def _places365(root: Path, split: str) -> Iterator[tuple[str, bytes]]:
    from torchvision.datasets import Places365  # noqa: PLC0415 (slow to import, seldom needed)

    small = (root / "data_256_standard").exists() or (root / "data_256").exists()
    part = "train-standard" if split == "train" else "val"
    try:
        listed = Places365(root, split=part, small=small).imgs
    except RuntimeError as error:
        raise DataError(f"{root}: not a whole copy of Places365 ({error})") from error
    for file, _ in listed:
        yield str(Path(file).relative_to(root)), Path(file).read_bytes()


def decode(content: bytes, short_side: int | None = None) -> np.ndarray:
    """sRGB uint8 H,W,3, upright, the short side at most so long. May raise anything."""
    with Image.open(io.BytesIO(content)) as image:
        if short_side:
            image.draft("RGB", (short_side, short_side))  # JPEG decodes straight to a smaller size
        rgb = np.array(ImageOps.exif_transpose(image).convert("RGB"))
    height, width = rgb.shape[:2]
    if min(height, width) < LEAST_SIDE:
        raise ValueError(f"{width}x{height} pixels are too few")
    if short_side and min(height, width) > short_side:
        scale = short_side / min(height, width)
        size = (round(width * scale), round(height * scale))
        rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    return rgb


def to_lab8(rgb: np.ndarray) -> Lab8:
    """8-bit Lab of 8-bit sRGB: within two levels of ``lab.rgb_to_lab``, grey exactly grey."""
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)


def mean_chroma(lab8: Lab8) -> float:
    """Mean of sqrt(a^2 + b^2)."""
    ab = lab8[:, :, 1:].astype(np.float32) - 128
    return float(np.hypot(ab[..., 0], ab[..., 1]).mean())


@dataclass
class Photos:
    """A set of photos in memory, and what was left out of it."""

    lab: list[Lab8] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)  # name -> reason
    grey: list[str] = field(default_factory=list)  # names
    fingerprint: str = ""  # of the names and contents: the same set has the same

    def __len__(self) -> int:
        return len(self.lab)

    def summary(self) -> str:
        """One line for people."""
        line = f"{len(self)} photos, {len(self.grey)} without colour left out"
        if self.broken:
            name, reason = next(iter(self.broken.items()))
            line += f", {len(self.broken)} broken (the first: {name}: {reason})"
        return line

    def colours(self) -> Tensor:
        """Histogram 256,256 of all ab values (see ``bins.histogram``)."""
        counts = torch.zeros(256, 256, dtype=torch.long)
        for lab8 in self.lab:
            counts += histogram(torch.from_numpy(lab8[::2, ::2, 1:].astype(np.int16) - 128))
        return counts


def load(
    paths: Sequence[Path | str],
    short_side: int = 256,
    limit: int | None = None,
    progress: Callable[[Iterable], Iterable] = iter,
) -> Photos:
    """All photos of ``paths`` in memory. Raises DataError where none can be used.

    ``progress`` may wrap the iterable over the photos (a bar).
    """
    photos, digest = Photos(), hashlib.sha256()

    def prepare(item: tuple[str, bytes]) -> tuple[str, bytes, Lab8 | str]:
        name, content = item
        try:
            return name, content, to_lab8(decode(content, short_side))
        except Exception as error:  # noqa: BLE001 (decoders raise what they like)
            return name, content, str(error) or type(error).__name__

    with ThreadPoolExecutor(2) as pool:
        for name, content, lab in progress(_ahead(pool, prepare, find(paths))):
            if isinstance(lab, str):
                photos.broken[name] = lab
            elif mean_chroma(lab) < LEAST_CHROMA:
                photos.grey.append(name)
            else:
                photos.lab.append(lab)
                photos.names.append(name)
                digest.update(name.encode() + hashlib.sha256(content).digest())
            if limit and len(photos) >= limit:
                break
    if not photos.lab:
        looked = ", ".join(map(str, paths))
        raise DataError(f"no colour photo to learn from in {looked} ({photos.summary()})")
    photos.fingerprint = digest.hexdigest()
    return photos


def _ahead(pool: ThreadPoolExecutor, work: Callable, items: Iterable, depth: int = 64) -> Iterator:
    """``pool.map`` that does not run through a large set before the first result is taken."""
    waiting = []
    for item in items:
        waiting.append(pool.submit(work, item))
        if len(waiting) >= depth:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()


def crop(lab8: Lab8, size: int, rng: np.random.Generator) -> Lab8:
    """A random part of a photo at ``size`` x ``size``, perhaps mirrored.

    The part is 0.5 to 1 of the short side, so that at 128 px the network sees things as large as
    in whole photos of 128 to 256 px: its colours must not hang on the size a photo comes in.
    """
    height, width = lab8.shape[:2]
    side = min(height, width) * 2 ** rng.uniform(-1, 0)
    stretch = 1.25 ** rng.uniform(-0.5, 0.5)
    w, h = min(width, round(side * stretch)), min(height, round(side / stretch))
    x, y = rng.integers(width - w + 1), rng.integers(height - h + 1)
    part = lab8[y : y + h, x : x + w]
    how = cv2.INTER_AREA if min(w, h) > size else cv2.INTER_CUBIC
    part = cv2.resize(part, (size, size), interpolation=how)
    return part[:, ::-1] if rng.random() < 0.5 else part


def to_tensors(batch: Sequence[Lab8]) -> tuple[Tensor, Tensor]:
    """L N,1,H,W in 0..100 and ab N,2,H,W, float32, of photos of one size."""
    lab = torch.from_numpy(np.stack(batch)).permute(0, 3, 1, 2).float()
    return lab[:, :1] / 2.55, lab[:, 1:] - 128


def steps_per_epoch(photos: Photos, batch: int) -> int:
    """Whole batches in a pass; a set smaller than a batch is one batch."""
    return max(1, len(photos) // batch)


def batch_of(photos: Photos, step: int, batch: int, size: int, seed: int) -> tuple[Tensor, Tensor]:
    """The training batch of a step: L N,1,size,size in 0..100 and ab N,2,size,size.

    It hangs on nothing but its arguments, so that a resumed run sees what it would have seen.
    """
    epoch, position = divmod(step, steps_per_epoch(photos, batch))
    order = np.random.default_rng((seed, epoch)).permutation(len(photos))
    chosen = order[position * batch : (position + 1) * batch]
    rng = np.random.default_rng((seed, epoch, position))
    return to_tensors([crop(photos.lab[i], size, rng) for i in chosen])


def whole_batches(
    photos: Photos, size: int, stride: int, batch: int = 32
) -> Iterator[tuple[Tensor, Tensor]]:
    """Every photo whole, its short side ``size``, both sides to multiples of ``stride``."""
    shapes: dict[tuple[int, int], list[Lab8]] = {}
    for lab8 in photos.lab:
        height, width = lab8.shape[:2]
        scale = size / min(height, width) / stride
        shape = max(1, round(width * scale)) * stride, max(1, round(height * scale)) * stride
        shapes.setdefault(shape, []).append(lab8)
    for shape, members in shapes.items():
        for start in range(0, len(members), batch):
            part = members[start : start + batch]
            yield to_tensors([cv2.resize(m, shape, interpolation=cv2.INTER_AREA) for m in part])

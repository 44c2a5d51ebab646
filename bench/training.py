"""What feeds a training, against Pillow and scikit-image; a step of it, against one run plainly."""

import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from bench.rows import Row, ms, times
from bench.scene import scene
from ml.resnet_gray.data import memory
from ml.resnet_gray.data.batches import Batches, BatchRequest
from ml.resnet_gray.data.data import Photos, load
from ml.resnet_gray.training import augment
from ml.resnet_gray.training.engine import Run
from ml.resnet_gray.training.recipes import PRESETS
from ml.resnet_gray.training.run_folder import RunFolder

INPUT_AIM, STEP_AIM = 5, 1.8
PHOTOS, SIDE = 32, 256  # pixels of the stored photos
SIZE = 128  # pixels of the crops


def rows(*, quick: bool) -> list[Row]:
    """One batch made ready, and one step of the U-Net."""
    memory.hold_freed_memory()  # as a training does; both sides have it
    with tempfile.TemporaryDirectory() as folder:
        for number in range(PHOTOS):
            rgb = scene(SIDE * 4 // 3, SIDE, number)
            Image.fromarray(rgb).save(Path(folder) / f"{number:02}.jpg", quality=90)
        photos = load([folder])
        return [
            *_input(photos, load([folder], free_bytes=0), Path(folder), 5 if quick else 15),
            _step(photos, RunFolder(Path(folder)), 2 if quick else 7),
        ]


def _input(held: Photos, streamed: Photos, folder: Path, repeats: int) -> list[Row]:
    contents = [file.read_bytes() for file in sorted(folder.glob("*.jpg"))]
    rng = np.random.default_rng(0)

    def made(batches: Batches) -> None:
        lightness, ab = batches.get(BatchRequest(0, SIZE))
        augment.old_scan(lightness, ab, PRESETS["best"].aged, torch.Generator().manual_seed(0))

    from_memory, from_files = (Batches(photos, PHOTOS, seed=0) for photos in (held, streamed))
    ways: dict[str, Callable[[], object]] = {
        "held": lambda: made(from_memory),
        "streamed": lambda: made(from_files),
        "origin": lambda: torch.stack([_as_the_origin(content, rng) for content in contents]),
    }
    taken = {way: total / PHOTOS for way, total in times(ways, repeats).items()}
    what = f"input of training, a crop of {SIZE} px: L and ab, a part of them aged"
    against = f"{ms(taken['origin'])} by Pillow and scikit-image, not aged"
    ratios = {way: f"{taken['origin'] / taken[way]:.1f} x faster" for way in taken}
    return [
        Row(f"{what}; {name}", ms(taken[way]), against, ratios[way], aim)
        for way, name, aim in (
            ("held", "photos held in memory", f"at least {INPUT_AIM} x"),
            ("streamed", "from JPEG each time", "for sets beyond memory"),
        )
    ]


def _as_the_origin(content: bytes, rng: np.random.Generator) -> Tensor:
    """Decode, crop, flip, rgb2lab and rgb2gray for each photo, as the paper's forerunner does."""
    from skimage.color import rgb2gray, rgb2lab  # noqa: PLC0415 (slow to import)

    image = Image.open(BytesIO(content)).convert("RGB")
    side = round(min(image.size) * rng.uniform(0.5, 1))
    x, y = (int(rng.integers(edge - side + 1)) for edge in image.size)
    image = image.resize((SIZE, SIZE), Image.Resampling.BILINEAR, (x, y, x + side, y + side))
    if rng.random() < 0.5:
        image = ImageOps.mirror(image)
    rgb = np.asarray(image)
    ab = (rgb2lab(rgb)[..., 1:] + 128) / 255
    return torch.from_numpy(np.dstack((rgb2gray(rgb), ab)).transpose(2, 0, 1)).float()


def _step(photos: Photos, folder: RunFolder, repeats: int) -> Row:
    recipe = PRESETS["best"].with_(batch=PHOTOS, sizes=((0, SIZE),), epochs=10_000)
    fast = Run(recipe, photos, folder)
    plain = Run(recipe, photos, folder, bfloat16=False)
    plain.net.to(memory_format=torch.contiguous_format)
    taken = times({"fast": fast.advance, "plain": plain.advance}, repeats)
    what = f"training step of `{recipe.architecture}`, {PHOTOS} photos at {SIZE} px"
    return Row(
        f"{what}, {'bfloat16' if fast.bfloat16 else 'float32'}, channels last",
        ms(taken["fast"]),
        f"{ms(taken['plain'])} plainly (float32, contiguous)",
        f"{taken['plain'] / taken['fast']:.2f} x faster",
        f"at least {STEP_AIM} x, where the processor has bfloat16",
    )

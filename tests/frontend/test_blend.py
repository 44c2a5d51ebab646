"""What a page blends on a canvas is what the server writes into a file."""

import json
import subprocess
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorweb.runtime import REPOSITORY
from ml.imaging.chroma import Chroma, render
from ml.imaging.tones import AS_IT_IS, Tones, measure
from tests.frontend.node import NODE

BLEND = REPOSITORY / "frontend" / "src" / "blend.ts"
PAINT = """
import { readFileSync } from "node:fs";
const [module, folder, options] = process.argv.slice(1);
const { mapsOf, paint } = await import(module);
const bytes = (name) => new Uint8ClampedArray(readFileSync(folder + name));
const { maps, gray, vividness, tones } = JSON.parse(options);
const target = { ...gray, data: new Uint8ClampedArray(gray.width * gray.height * 4) };
const colors = mapsOf({ ...maps, data: bytes("/maps") });
paint({ ...gray, data: bytes("/gray") }, colors, vividness, target, tones);
process.stdout.write(Buffer.from(target.data.buffer));
"""


def painted(
    folder: Path, gray: np.ndarray, chroma: Chroma, vividness: float, tones: Tones = AS_IT_IS
) -> np.ndarray:
    """What the page's own code shows, height x width x 3."""
    maps = Image.open(BytesIO(chroma.to_png())).convert("RGBA")
    (folder / "maps").write_bytes(maps.tobytes())
    (folder / "gray").write_bytes(Image.fromarray(gray).convert("RGBA").tobytes())
    height, width = gray.shape
    options = {
        "maps": {"width": maps.width, "height": maps.height},
        "gray": {"width": width, "height": height},
        "vividness": vividness,
        "tones": asdict(tones),
    }
    command = [NODE, "--input-type=module", "--eval", PAINT, BLEND.as_uri(), str(folder)]
    done = subprocess.run([*command, json.dumps(options)], capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.uint8).reshape(height, width, 4)[..., :3].astype(int)


def smooth(seed: int, strength: float) -> np.ndarray:
    """Colors that change slowly from place to place, as a network's do."""
    rough = np.random.default_rng(seed).uniform(-strength, strength, (4, 5, 2)).astype(np.float32)
    planes = [
        Image.fromarray(rough[..., i]).resize((40, 30), Image.Resampling.BICUBIC) for i in range(2)
    ]
    return np.stack([np.asarray(plane) for plane in planes], -1)


@pytest.mark.parametrize("vividness", [0, 0.35, 1, 1.6, 2])
@pytest.mark.parametrize("strength", [25, 70])
def test_the_canvas_agrees_with_the_file_to_two_levels(tmp_path, vividness, strength):
    chroma = Chroma(smooth(1, strength / 2), smooth(2, strength))
    rng = np.random.default_rng(3)
    gray = (np.linspace(0, 255, 240)[:, None] + rng.normal(0, 9, (240, 333))).clip(0, 255)
    gray = gray.astype(np.uint8)
    shown = painted(tmp_path, gray, chroma, vividness)
    kept = render(np.repeat(gray[..., None], 3, 2), chroma, vividness).astype(int)
    difference = np.abs(shown - kept).max(axis=2)
    # Where sRGB ends, the table of what fits has steps, and a rounding may take another one; 70 is
    # far beyond it nearly everywhere.
    assert np.mean(difference > 2) < (1e-3 if strength == 25 else 5e-3), difference.max()
    assert np.ptp(kept, axis=2).max() > 8


@pytest.mark.parametrize("strength", [0.4, 1.0])
def test_restored_tones_agree_with_the_file_to_two_levels(tmp_path, strength):
    chroma = Chroma(smooth(1, 12), smooth(2, 25))
    rng = np.random.default_rng(3)
    gray = (np.linspace(60, 190, 240)[:, None] + rng.normal(0, 9, (240, 333))).clip(0, 255)
    gray = gray.astype(np.uint8)
    rgb = np.repeat(gray[..., None], 3, 2)
    tones = Tones(strength, *measure(rgb))
    kept = render(rgb.copy(), chroma, 1.2, tones=tones).astype(int)
    shown = painted(tmp_path, gray, chroma, 1.2, tones)
    difference = np.abs(shown - kept).max(axis=2)
    assert np.mean(difference > 2) < 1e-3, difference.max()
    assert np.ptp(kept[..., 1]) > np.ptp(render(rgb, chroma, 1.2)[..., 1].astype(int))


def test_a_photo_smaller_than_its_maps_is_painted_too(tmp_path):
    chroma = Chroma(smooth(1, 5), smooth(2, 10))
    shown = painted(tmp_path, np.full((12, 16), 128, np.uint8), chroma, 1)
    assert shown.shape == (12, 16, 3)

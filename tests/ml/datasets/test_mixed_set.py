"""A set with everything in it that a training should not see twice, or at all."""

import io
import itertools

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageOps

from ml.datasets import index
from tests.ml.datasets.pictures import jpeg, photo
from tests.ml.datasets.sets import checked, upload

pytestmark = pytest.mark.django_db(transaction=True)

SIZE = (320, 240)
INKS = [(70, 45, 20), (30, 60, 95), (75, 40, 75), (30, 30, 70), (95, 50, 30)]
PAPERS = [(255, 245, 225), (245, 250, 255), (250, 235, 215), (255, 252, 240)]


def toned(seed: int, ink: tuple[int, ...], paper: tuple[int, ...], quality: int) -> bytes:
    """A print of one ink on one paper, with grain and compression, as a scan."""
    light = photo(seed, SIZE).mean(-1, keepdims=True) / 255
    scan = (1 - light) * np.array(ink) + light * np.array(paper)
    scan += np.random.default_rng(seed).normal(0, 3, scan.shape)
    return jpeg(scan.clip(0, 255).astype(np.uint8), quality)


def mirrored(seed: int) -> bytes:
    return jpeg(np.asarray(ImageOps.mirror(Image.fromarray(photo(seed, SIZE)))), 75)


def cut(seed: int) -> bytes:
    """By 5 % a side."""
    return jpeg(photo(seed, SIZE)[12:-12, 16:-16], 75)


def modern(seed: int, kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(photo(seed, SIZE)).save(buffer, kind)
    return buffer.getvalue()


def test_toned_prints_and_copies_are_found_and_other_formats_taken(tmp_path):
    pillow_heif.register_heif_opener()
    files = {f"photo{seed}.jpg": jpeg(photo(seed, SIZE)) for seed in range(40)}
    files |= {f"z-mirrored{seed}.jpg": mirrored(seed) for seed in range(20)}
    files |= {f"z-cut{seed}.jpg": cut(seed) for seed in range(20, 40)}
    looks = itertools.product(INKS, PAPERS, (60, 75, 90))
    files |= {f"toned{n}.jpg": toned(100 + n, *look) for n, look in enumerate(looks)}
    files |= {f"{n}.heic": modern(200 + n, "HEIF") for n in range(5)}
    files |= {f"{n}.avif": modern(300 + n, "AVIF") for n in range(5)}
    data_set = checked(upload(tmp_path, files))
    found: dict[str, set[str]] = {}
    for entry in index.read(data_set.index):
        found.setdefault(entry.verdict, set()).add(entry.name)
    assert found["toned"] == {name for name in files if name.startswith("toned")}
    assert len(found["toned"]) == 60
    assert found["duplicate"] == {name for name in files if name.startswith("z-")}
    assert len(found["usable"]) == 40 + 10
    assert found.keys() == {"toned", "duplicate", "usable"}

import tarfile

import numpy as np
import pytest
import torch

from ml.imaging.formats import FORMATS
from ml.resnet_gray.data import data, memory
from ml.resnet_gray.data.batches import Batches, BatchRequest, whole_batches
from ml.resnet_gray.training import augment
from tests.ml import colors, files


def test_broken_photo_is_named_and_counted(tmp_path):
    folder = colors.folder(tmp_path / "photos", 3)
    (folder / "note.jpg").write_text("not a photo")
    (folder / "half.png").write_bytes(colors.png(colors.landscape())[:500])
    photos = data.load([folder])
    assert len(photos) == 3
    assert set(photos.broken) == {"note.jpg", "half.png"}
    assert "2 broken" in photos.summary()


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.name)
def test_every_format_of_the_site_is_read(tmp_path, kind):
    content = files.of_format(kind.name, colors.landscape())
    for suffix in kind.suffixes:
        (tmp_path / f"photo{suffix}").write_bytes(content)
    photos = data.load([tmp_path])
    assert photos.names == sorted(f"photo{suffix}" for suffix in kind.suffixes)
    assert not photos.broken


def test_files_that_are_no_photos_are_counted(tmp_path):
    folder = colors.folder(tmp_path / "photos", 2)
    (folder / "index.csv").write_text("name,kind\n")
    (folder / "camera.raw").write_bytes(b"raw")
    photos = data.load([folder])
    assert photos.names == ["000.png", "001.png"]
    assert photos.others == ["camera.raw", "index.csv"]
    assert "2 other files left out (.csv, .raw)" in photos.summary()


def test_photo_without_color_is_dropped_and_counted(tmp_path):
    folder = colors.folder(tmp_path / "photos", 2)
    gray = colors.landscape().mean(2, keepdims=True).repeat(3, 2).astype(np.uint8)
    (folder / "gray.png").write_bytes(colors.png(gray))
    photos = data.load([folder])
    assert photos.names == ["000.png", "001.png"]
    assert photos.gray == ["gray.png"]


def test_tars_folders_and_globs_hold_the_same_photos(tmp_path):
    folder = colors.folder(tmp_path / "photos", 4)
    files = {p.name: p.read_bytes() for p in sorted(folder.iterdir())}
    names = sorted(files)
    colors.tar(tmp_path / "a-0.tar", {n: files[n] for n in names[:2]})
    colors.tar(tmp_path / "a-1.tar", {n: files[n] for n in names[2:]})
    from_folder, from_tars = data.load([folder]), data.load([tmp_path / "a-*.tar"])
    assert from_tars.names == from_folder.names
    assert from_tars.fingerprint == from_folder.fingerprint


def test_places365_root_is_recognized(tmp_path):
    root = tmp_path / "places"
    colors.folder(root / "data_256_standard" / "a" / "abbey", 2)
    (root / "categories_places365.txt").write_text("/a/abbey 0\n")
    lines = "/a/abbey/000.png 0\n/a/abbey/001.png 0\n"
    (root / "places365_train_standard.txt").write_text(lines)
    with pytest.MonkeyPatch.context() as patch:
        # The real lists hold 1.8 million photos and are checked by their hashes.
        patch.setattr("torchvision.datasets.places365.check_integrity", lambda *_, **__: True)
        assert len(data.load([root])) == 2


@pytest.mark.parametrize("name", ["nowhere", "*.tar"])
def test_wrong_path_is_named(tmp_path, name):
    with pytest.raises(data.DataError, match="no such folder"):
        data.load([tmp_path / name])


def test_file_that_is_no_tar_is_named(tmp_path):
    (tmp_path / "photos.tar").write_text("hello")
    with pytest.raises(data.DataError, match=r"photos\.tar"):
        data.load([tmp_path / "photos.tar"])


def test_large_photo_is_held_small(tmp_path):
    (tmp_path / "large.png").write_bytes(colors.png(colors.landscape(0, 800, 600)))
    assert data.load([tmp_path], short_side=256).lab[0].shape == (256, 341, 3)


def test_batch_hangs_on_its_step_alone(tmp_path):
    photos = data.load([colors.folder(tmp_path, 6)])
    batches = Batches(photos, 2, seed=1)
    first, again, other = (batches.get(BatchRequest(step, 32)) for step in (4, 4, 5))
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])
    assert not torch.equal(first[0], other[0])


def test_parts_of_a_step_are_the_photos_of_the_whole(tmp_path):
    batches = Batches(data.load([colors.folder(tmp_path, 6)]), 4, seed=1)
    (whole, _), *parts = (
        batches.get(BatchRequest(0, 32, *part)) for part in ((0, 1), (0, 2), (1, 2))
    )
    assert torch.equal(torch.cat([lightness for lightness, _ in parts]), whole[[0, 2, 1, 3]])


def test_batch_made_ahead_is_the_batch_asked_for(tmp_path):
    photos = data.load([colors.folder(tmp_path, 6)])
    ahead, plain = (Batches(photos, 2, seed=1, workers=2) for _ in range(2))
    ahead.get(BatchRequest(0, 32), then=BatchRequest(1, 32))
    for step, size in ((1, 32), (2, 64)):  # the second was thought to be another
        ours, theirs = (
            ahead.get(BatchRequest(step, size), BatchRequest(2, 32)),
            plain.get(BatchRequest(step, size)),
        )
        assert torch.equal(ours[1], theirs[1])


@pytest.mark.parametrize("source", ["folder", "tar"])
def test_set_that_does_not_fit_in_memory_gives_the_same_batches(tmp_path, source):
    path = colors.folder(tmp_path / "photos", 6)
    if source == "tar":
        files = {p.name: p.read_bytes() for p in sorted(path.iterdir())}
        path = colors.tar(tmp_path / "photos.tar", files)
    held = data.load([path])
    small = data.load([path], free_bytes=2 * held.lab[0].nbytes)  # two photos fit
    assert small.lab.streamed == 4
    assert "4 read again each time" in small.summary()
    assert small.fingerprint == held.fingerprint
    for step in range(3):
        ours, theirs = (Batches(p, 2, seed=0).get(BatchRequest(step, 32)) for p in (small, held))
        assert torch.equal(ours[0], theirs[0])
        assert torch.equal(ours[1], theirs[1])


def test_compressed_tar_must_fit_in_memory(tmp_path):
    folder = colors.folder(tmp_path / "photos", 2)
    with tarfile.open(tmp_path / "photos.tar.gz", "w:gz") as archive:
        archive.add(folder, "photos")
    assert len(data.load([tmp_path / "photos.tar.gz"])) == 2
    with pytest.raises(data.DataError, match="unpacked"):
        data.load([tmp_path / "photos.tar.gz"], free_bytes=0)


def test_photo_that_disappeared_is_named(tmp_path):
    photos = data.load([colors.folder(tmp_path, 2)], free_bytes=0)
    (tmp_path / "001.png").unlink()
    with pytest.raises(data.DataError, match=r"001\.png changed while it was being used"):
        photos.lab[1]


def test_half_of_the_available_memory_may_be_filled(tmp_path):
    photos = data.load([colors.folder(tmp_path, 1)])
    assert 0 < photos.lab.free_bytes < memory.available()


def test_containers_limit_counts(tmp_path):
    (tmp_path / "memory.max").write_text("1000\n")
    (tmp_path / "memory.current").write_text("400\n")
    assert memory._of_container(tmp_path) == 600
    (tmp_path / "memory.max").write_text("max\n")
    assert memory._of_container(tmp_path) > memory._of_machine()


def test_every_nth_photo_is_held_out(tmp_path):
    rest, held_out = data.load([colors.folder(tmp_path, 7)]).split(3, at_most=5)
    assert held_out.names == ["002.png", "005.png"]
    assert len(rest) == 5
    assert rest.fingerprint != held_out.fingerprint


def test_every_photo_is_seen_once_in_a_pass(tmp_path):
    photos = data.load([colors.folder(tmp_path, 6)])
    for level in range(6):
        photos.lab[level][:] = level * 20
    batches = Batches(photos, 2, seed=0)
    seen = torch.cat([batches.get(BatchRequest(step, 32))[0] for step in range(3)])
    assert sorted(torch.round(seen.mean((1, 2, 3)) * 2.55).int().tolist()) == [
        0, 20, 40, 60, 80, 100,
    ]  # fmt: skip


def test_crop_is_in_range(tmp_path):
    photos = data.load([colors.folder(tmp_path, 4)])
    lightness, ab = Batches(photos, 4, seed=0).get(BatchRequest(0, 48))
    assert lightness.shape == (4, 1, 48, 48)
    assert ab.shape == (4, 2, 48, 48)
    assert lightness.min() >= 0
    assert lightness.max() <= 100
    assert ab.abs().max() <= 128


def test_whole_batches_hold_every_photo_once(tmp_path):
    photos = data.load([colors.folder(tmp_path, 5)])
    batches = list(whole_batches(photos, 64, 32, batch=2))
    assert sum(len(lightness) for lightness, _ in batches) == 5
    assert {tuple(lightness.shape[2:]) for lightness, _ in batches} == {(64, 64)}  # of 80 x 64


def test_old_scan_keeps_range_and_ages_the_share_asked_for():
    generator = torch.Generator().manual_seed(0)
    lightness = torch.rand(200, 1, 16, 16, generator=generator) * 100
    aged = augment.old_scan(lightness, torch.zeros(200, 2, 16, 16), 0.5, generator)
    changed = (aged != lightness).flatten(1).any(1).float().mean()
    assert 0.35 < changed < 0.65
    assert aged.min() >= 0
    assert aged.max() <= 100


def test_old_scan_of_none_changes_nothing():
    lightness = torch.rand(4, 1, 16, 16) * 100
    generator = torch.Generator().manual_seed(0)
    aged = augment.old_scan(lightness, torch.zeros(4, 2, 16, 16), 0.0, generator)
    assert torch.equal(aged, lightness)


@pytest.mark.parametrize("flaw", ["tones", "optics", "damage"])
def test_every_kind_of_flaw_can_be_seen(flaw):
    generator = torch.Generator().manual_seed(0)
    flat, every = torch.full((64, 1, 32, 32), 0.5), torch.arange(64)
    more = (torch.full((64, 2, 32, 32), 30.0), every) if flaw == "tones" else ()
    changed = (getattr(augment, flaw)(flat.clone(), *more, generator) - flat).abs()
    assert (changed.flatten(1).amax(1) > 0.02).float().mean() > 0.3


def test_scratches_are_thin():
    lines = augment._scratches(
        32, 32, lambda low, high, *shape: low + (high - low) * torch.rand(9, *shape)
    )
    assert 0 < (lines > 0.5).float().mean() < 0.2

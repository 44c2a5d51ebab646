"""A 12-megapixel color JPEG, file to file, and its previews, against decoding and encoding it."""

from io import BytesIO
from pathlib import Path

from PIL import Image

from bench.coloring import Coloring, coloring
from bench.rows import Row, ms, times
from ml.imaging import photos
from ml.imaging.srgb import Pixels

AIM = 2.2
WIDTH, HEIGHT = 4000, 3000
LARGER = 6000, 4000
PREVIEW_SIDE, CARD_SIDE = 1600, 480


def rows(*, quick: bool) -> list[Row]:
    """File to file, step by step, and the four small pictures a page shows."""
    repeats = 3 if quick else 11
    with coloring(WIDTH, HEIGHT) as photo:
        colorizer, source, target = photo.colorizer, photo.source, photo.target
        row, whole = _beside_floor(photo, WIDTH * HEIGHT, repeats)
        rgb = photos.read(source).rgb
        rgb.flags.writeable = False
        frame = colorizer.frame(rgb)
        (chroma,) = colorizer.predict([frame])
        steps = times(
            {
                "read": lambda: photos.read(source),
                "frame": lambda: colorizer.frame(rgb),
                "network and decoding of bins": lambda: colorizer.predict([frame]),
                "render": lambda: colorizer.render(rgb, chroma),
                "write": lambda: photos.write(target, rgb.copy()),
                "result previews": lambda: result_previews(rgb),
                "gray previews": lambda: gray_previews(source),
            },
            repeats,
        )
    against = f"{ms(whole['floor'])} Pillow decode + encode"
    found = [row]
    parts = ("read", "frame", "network and decoding of bins", "render", "write")
    found += [Row(f"- of which {name}", ms(steps[name])) for name in parts]
    for name in ("result previews", "gray previews"):
        what = "made from its pixels" if name[0] == "r" else "with the check of the upload"
        share = f"{steps[name] / whole['floor']:.2f} x the floor"
        found.append(Row(f"{name}, {PREVIEW_SIDE} and {CARD_SIDE} pixels, {what}",
                         ms(steps[name]), against, share))  # fmt: skip
    with coloring(*LARGER) as photo:
        found.append(_beside_floor(photo, LARGER[0] * LARGER[1], repeats)[0])
    return found


def _beside_floor(photo: Coloring, pixels: int, repeats: int) -> tuple[Row, dict[str, float]]:
    """A photo from file to file, and the milliseconds of it and of the floor."""

    def floor() -> None:
        with Image.open(photo.source) as image:
            image.convert("RGB").save(photo.target, "JPEG", quality=92, subsampling=0)

    whole = times({"floor": floor, "ours": photo.color}, repeats)
    megabytes = photo.source.stat().st_size / 1e6
    row = Row(
        f"{pixels / 1e6:.0f} megapixels, {megabytes:.1f} MB, JPEG file to JPEG file",
        ms(whole["ours"]),
        f"{ms(whole['floor'])} Pillow decode + encode",
        f"{whole['ours'] / whole['floor']:.2f} x the floor",
        f"at most {AIM} x",
    )
    return row, whole


def result_previews(picture: Pixels) -> None:
    """The two small copies of a result."""
    for side in (PREVIEW_SIDE, CARD_SIDE):
        picture = photos.preview(picture, side)
        photos.write(BytesIO(), picture, quality=88)


def gray_previews(source: Path) -> None:
    """The check of an upload and the two small gray copies it gives."""
    inspection = photos.inspect(source)
    for side in (PREVIEW_SIDE, CARD_SIDE):
        inspection.preview(side).save(BytesIO(), "JPEG", quality=85)

"""Photo files of every kind, made by code, each with a known picture in it."""

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import tifffile
from imagecodecs import cms_profile, jpeg2k_encode, jpegxl_encode
from PIL import ExifTags, Image, ImageCms
from pillow_heif import register_heif_opener

from ml.imaging.srgb import linear

register_heif_opener()


def ramp(width: int = 64, height: int = 48) -> np.ndarray:
    """Gray from black at the left to white at the right. uint8 H,W."""
    return np.tile(np.linspace(0, 255, width).astype(np.uint8), (height, 1))


def quadrants(size: int = 32) -> np.ndarray:
    """Four grays, so that each way to turn a picture differs: uint8 H,W, wider than high."""
    rows = np.array([[40, 90, 90], [140, 200, 200]], np.uint8)
    return np.kron(rows, np.ones((size, size), np.uint8))


def colorful(width: int = 96, height: int = 64) -> np.ndarray:
    """Every hue from left to right, lighter towards the bottom. uint8 H,W,3."""
    hue = np.linspace(0, 2 * np.pi, width)[None]
    value = np.linspace(60, 200, height)[:, None]
    planes = [value + 50 * np.cos(hue + shift) for shift in (0, 2, 4)]
    return np.stack(planes, -1).clip(0, 255).astype(np.uint8)


def encoded(pixels: np.ndarray | Image.Image, kind: str, **options: object) -> BytesIO:
    """A picture as a file of a kind that Pillow can write."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    file = BytesIO()
    image.save(file, kind, **options)
    file.seek(0)
    return file


def png_header(width: int, height: int) -> BytesIO:
    """A PNG that claims a size and holds no pixels."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    return BytesIO(b"\x89PNG\r\n\x1a\n" + body)


def png_rgb16(pixels: np.ndarray) -> BytesIO:
    """A PNG with 16 bits a channel, which Pillow cannot write; uint16 H,W,3."""
    height, width = pixels.shape[:2]
    lines = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
    return BytesIO(b"\x89PNG\r\n\x1a\n" + body)


def tiff_rgb16(pixels: np.ndarray) -> BytesIO:
    """An uncompressed TIFF with 16 bits a channel, which Pillow cannot write; uint16 H,W,3."""
    height, width = pixels.shape[:2]
    data = pixels.astype("<u2").tobytes()
    bits_at = 8 + len(data)
    tags = [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 3, bits_at), (259, 3, 1, 1),
        (262, 3, 1, 2), (273, 4, 1, 8), (277, 3, 1, 3), (278, 4, 1, height),
        (279, 4, 1, len(data)),
    ]  # fmt: skip
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *t) for t in tags)
    bits = struct.pack("<HHHH", 16, 16, 16, 0)
    head = struct.pack("<2sHI", b"II", 42, bits_at + len(bits))
    return BytesIO(head + data + bits + directory + bytes(4))


def tiff(pixels: np.ndarray, **options: Any) -> BytesIO:
    """A TIFF as tifffile writes it."""
    file = BytesIO()
    tifffile.imwrite(file, pixels, **options)
    file.seek(0)
    return file


def camera_raw(light: np.ndarray) -> BytesIO:
    """A DNG of what a sensor saw, uint16 H,W,3, with a small black preview in front."""
    sensor = light[..., 1].copy()
    sensor[::2, ::2], sensor[1::2, 1::2] = light[::2, ::2, 0], light[1::2, 1::2, 2]
    matrix = (1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1)
    of_camera = [
        (50706, "B", 4, bytes([1, 4, 0, 0]), True),
        (50708, "s", 0, "Test camera", True),
        (50721, "2i", 9, matrix, True),
        (50728, "2I", 3, (1, 1, 1, 1, 1, 1), True),
        (50778, "H", 1, 21, True),
    ]
    pattern = [(33421, "H", 2, (2, 2), True), (33422, "B", 4, bytes([0, 1, 1, 2]), True)]
    file = BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(
            np.zeros((24, 32, 3), np.uint8),
            photometric="rgb",
            subfiletype=1,
            subifds=1,
            metadata=None,
            extratags=of_camera,
        )
        writer.write(sensor, photometric="cfa", metadata=None, extratags=pattern)
    file.seek(0)
    return file


def jpeg_xl(pixels: np.ndarray, **options: Any) -> bytes:
    """A JPEG XL of opaque sRGB pixels of 8 or 16 bits; imagecodecs calls 16 bits light."""
    if pixels.dtype == np.uint16:
        pixels = np.rint(linear(pixels / 65535) * 65535).astype(np.uint16)
    return bytes(jpegxl_encode(pixels, **options))


def of_format(name: str, pixels: np.ndarray) -> bytes:
    """A picture, uint8 H,W,3, as a file of a format of the site."""
    if name == "raw":
        return camera_raw(pixels.astype(np.uint16) * 200).getvalue()
    if name == "jp2":
        return bytes(jpeg2k_encode(pixels, codecformat="jp2", level=0))
    if name == "jxl":
        return jpeg_xl(pixels, lossless=True)
    return encoded(pixels, "HEIF" if name == "heic" else name.upper()).getvalue()


def retyped(file: BytesIO, tag: int, kind: int, count: int, value: bytes) -> BytesIO:
    """A little-endian TIFF in which one tag has another type and value."""
    data = bytearray(file.getvalue())
    (directory,) = struct.unpack_from("<I", data, 4)
    (count_of_tags,) = struct.unpack_from("<H", data, directory)
    for at in range(directory + 2, directory + 2 + 12 * count_of_tags, 12):
        if struct.unpack_from("<H", data, at)[0] == tag:
            data[at : at + 12] = struct.pack("<HHI", tag, kind, count) + value.ljust(4, b"\0")
    return BytesIO(data)


def as_byte(file: BytesIO, tag: int) -> BytesIO:
    """A TIFF in which one tag, of one small number, has the type BYTE."""
    data = bytearray(file.getvalue())
    with tifffile.TiffFile(BytesIO(data)) as tiff:
        found = tiff.pages.first.tags[tag]
        order = tiff.byteorder
    value_at = found.offset + (12 if bytes(data[2:4]) in {b"+\0", b"\0+"} else 8)
    struct.pack_into(order + "H", data, found.offset + 2, 1)
    data[value_at : value_at + 4] = bytes([int(found.value)]).ljust(4, b"\0")
    return BytesIO(data)


def with_chunks(file: BytesIO, *chunks: tuple[bytes, bytes], wrong: bool = False) -> BytesIO:
    """A PNG with more chunks behind its header, their checksums right or wrong."""
    plain = file.getvalue()
    more = b"".join(
        struct.pack(">I", len(data))
        + kind
        + data
        + struct.pack(">I", zlib.crc32(kind + data) ^ wrong)
        for kind, data in chunks
    )
    return BytesIO(plain[:33] + more + plain[33:])


def linear_gray_profile() -> bytes:
    """A gray profile whose numbers are light itself."""
    profile: bytes = cms_profile("gray", whitepoint=(0.3127, 0.3290), gamma=1.0)
    return profile


def swapped_channels_profile() -> bytes:
    """An RGB profile whose red is sRGB's blue and the other way round."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", profile, 128)[0]
    places = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    red, blue = places[b"rXYZ"], places[b"bXYZ"]
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(profile)


SERIALS = ("SERIAL-4711", "LENS-0815", "OWNER-DOE", "MAKERNOTE-4711")


def camera_file(kind: str = "JPEG") -> BytesIO:
    """A photo as a camera writes it, with everything in it that is nobody's business."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Leitz"
    exif[ExifTags.Base.Model] = "M3"
    exif[ExifTags.Base.ImageDescription] = "Harvest at Krāslava".encode()
    exif[ExifTags.Base.Copyright] = "Anna Ozola"
    exif[ExifTags.Base.Orientation] = 6
    exif[0xC62F] = SERIALS[0]
    exif[ExifTags.IFD.Exif] = {
        ExifTags.Base.DateTimeOriginal: "1958:08:03 11:20:00",
        ExifTags.Base.BodySerialNumber: SERIALS[0],
        ExifTags.Base.LensSerialNumber: SERIALS[1],
        ExifTags.Base.CameraOwnerName: SERIALS[2],
        ExifTags.Base.MakerNote: SERIALS[3].encode(),
    }
    exif[ExifTags.IFD.GPSInfo] = {
        ExifTags.GPS.GPSLatitudeRef: "N",
        ExifTags.GPS.GPSLatitude: (55.0, 54.0, 13.0),
    }
    file = BytesIO()
    Image.new("RGB", (40, 30), (90, 120, 60)).save(file, kind, exif=exif.tobytes())
    return file


def many_comments(comments: int) -> BytesIO:
    """A JPEG with so many empty comments."""
    plain = encoded(ramp(), "JPEG").getvalue()
    return BytesIO(plain[:2] + b"\xff\xfe\0\2" * comments + plain[2:])


def many_chunks(chunks: int) -> BytesIO:
    """A PNG with so many empty chunks that nobody needs."""
    plain = encoded(ramp(), "PNG").getvalue()
    empty = struct.pack(">I", 0) + b"noNe" + struct.pack(">I", zlib.crc32(b"noNe"))
    return BytesIO(plain[:33] + empty * chunks + plain[33:])


def endless_comment(blocks: int = 30_000_000) -> BytesIO:
    """A GIF whose comment comes in pieces of one byte, which take a decoder minutes to join."""
    plain = encoded(ramp(), "GIF").getvalue()
    first = 13 + 3 * 2 ** ((plain[10] & 7) + 1)  # behind the palette
    return BytesIO(plain[:first] + b"\x21\xfe" + b"\1a" * blocks + b"\0" + plain[first:])

"""What files with our colors record about themselves, and what of a camera they never carry on."""

from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import ExifTags, Image, IptcImagePlugin

from ml.imaging import iptc, metadata, photos
from tests.ml.files import SERIALS, camera_file


def written(kind: str, exif: bytes = b"") -> BytesIO:
    file = BytesIO()
    pixels = np.full((30, 40, 3), 128, np.uint8)
    xmp = metadata.made_by("resnet-gray-unet", "0123456789ab")
    photos.write(file, pixels, format=kind, exif=exif, xmp=xmp)
    file.seek(0)
    return file


@pytest.mark.parametrize("kind", photos.MAX_SIDE)
def test_every_format_says_that_a_network_made_the_colors(kind):
    with Image.open(written(kind, photos.read(camera_file()).exif)) as image:
        image.load()
        packet = ET.fromstring(image.info["xmp"])
    [description] = packet.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")
    fields = {key.rpartition("}")[2]: value for key, value in description.items()}
    assert fields["DigitalSourceType"].endswith("/compositeWithTrainedAlgorithmicMedia")
    assert fields["CreatorTool"] == "colorweb, resnet-gray-unet 0123456789ab"
    assert (fields["AISystemUsed"], fields["AISystemVersionUsed"]) == (
        "resnet-gray-unet",
        "0123456789ab",
    )


@pytest.mark.parametrize("kind", photos.MAX_SIDE)
def test_date_camera_description_and_copyright_can_be_kept(kind):
    with Image.open(written(kind, photos.read(camera_file()).exif)) as image:
        image.load()
        exif = image.getexif()
        shot = exif.get_ifd(ExifTags.IFD.Exif)
    assert exif[ExifTags.Base.Make] == "Leitz"
    assert exif[ExifTags.Base.ImageDescription].encode("latin-1").decode() == "Harvest at Krāslava"
    assert exif[ExifTags.Base.Copyright] == "Anna Ozola"
    assert shot[ExifTags.Base.DateTimeOriginal] == "1958:08:03 11:20:00"
    assert ExifTags.Base.Orientation not in exif  # the pixels are upright


@pytest.mark.parametrize("source", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("kind", photos.MAX_SIDE)
def test_places_serial_numbers_and_owners_never_come_through(source, kind):
    exif = photos.read(camera_file(source)).exif
    assert b"Leitz" in exif
    file = written(kind, exif)
    with Image.open(file) as image:
        image.load()
        assert not image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    for serial in SERIALS:
        assert serial.encode() not in file.getvalue()


def test_the_file_is_the_same_picture_with_and_without_words():
    pixels = np.random.default_rng(0).integers(0, 256, (64, 48, 3), np.uint8)
    words: dict[str, Any] = {"exif": photos.read(camera_file()).exif, "xmp": b"<x/>"}
    for kind in photos.MAX_SIDE:
        plain, tagged = BytesIO(), BytesIO()
        photos.write(plain, pixels.copy(), format=kind)
        photos.write(tagged, pixels.copy(), format=kind, **words)
        assert np.array_equal(np.asarray(Image.open(plain)), np.asarray(Image.open(tagged))), kind


def test_exif_that_cannot_be_read_is_left_out():
    file = BytesIO()
    Image.new("RGB", (40, 30)).save(file, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert photos.read(file).exif == b""


def test_names_that_would_break_xml_are_written_as_they_are():
    packet = metadata.made_by('a"<&>b', "1")
    assert b"&lt;&amp;&gt;" in packet


@pytest.mark.parametrize("kind", photos.MAX_SIDE)
def test_words_are_in_the_properties_of_the_standard(kind):
    words = metadata.Words("Harvest <1>", "At Krāslava\x0b", "1931-08", ("Anna", "Jānis"))
    file = BytesIO()
    xmp = metadata.made_by("resnet-gray-unet", "1", words)
    photos.write(file, np.full((30, 40, 3), 128, np.uint8), format=kind, xmp=xmp)
    with Image.open(file) as image:
        image.load()
        packet = ET.fromstring(image.info["xmp"])
    [description] = packet.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")
    said = {
        part.tag.rpartition("}")[2]: [item.text for item in part.iter() if item.text]
        for part in description
    }
    assert said == {
        "title": ["Harvest <1>"],
        "description": ["At Krāslava"],
        "PersonInImage": ["Anna", "Jānis"],
    }
    assert description.get("{http://ns.adobe.com/photoshop/1.0/}DateCreated") == "1931-08"


def test_words_are_in_the_older_standard_too():
    words = metadata.Words("Harvest", "At Krāslava", "1931-08", ("Anna", "Jānis"))
    file = BytesIO()
    photos.write(file, np.full((30, 40, 3), 128, np.uint8), iptc=iptc.resource(words))
    with Image.open(file) as image:
        image.load()
        found = IptcImagePlugin.getiptcinfo(image)
    assert found == {
        (1, 90): iptc.UTF_8,
        (2, 0): b"\x00\x04",
        (2, 5): b"Harvest",
        (2, 25): [b"Anna", "Jānis".encode()],
        (2, 55): b"19310800",
        (2, 120): "At Krāslava".encode(),
    }


def test_long_words_end_with_a_whole_character_where_the_older_standard_has_no_room():
    title = iptc.resource(metadata.Words("ā" * 40 + "a"))
    assert title.count("ā".encode()) == 32
    assert title.endswith("ā".encode())


def test_nothing_is_written_where_nothing_is_known():
    assert iptc.resource(metadata.NO_WORDS) == b""

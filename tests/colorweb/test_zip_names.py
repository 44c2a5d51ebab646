"""Names in zips are those that their makers saw, whatever program packed them."""

import io
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence

import pytest

from colorweb import zip_names, zips

WINDOWS, UNIX, MACOS = 0, 3, 19
RUSSIAN = ["фото.jpg", "Ёлка 1961.jpg", "деревня/отец.jpg"]


def packed(names: Sequence[bytes], system: int = WINDOWS, extra: bytes = b"") -> io.BytesIO:
    """A zip of empty files under raw names, as old programs write them."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number, name in enumerate(names):
            entry = zipfile.ZipInfo(str(number).rjust(len(name), "~"))
            entry.create_system, entry.extra = system, extra
            archive.writestr(entry, b"content")
    data = file.getvalue()
    for number, name in enumerate(names):
        data = data.replace(str(number).rjust(len(name), "~").encode(), name)
    return io.BytesIO(data)


def names_in(file: io.BytesIO, language: str = "") -> list[str]:
    """Its names, each of an entry that can be read."""
    with zips.opened(file, 100, language) as archive:
        assert {archive.read(entry) for entry in archive.infolist()} == {b"content"}
        return [entry.filename for entry in archive.infolist()]


@pytest.mark.parametrize(
    ("encoding", "system", "names"),
    [
        ("cp866", WINDOWS, RUSSIAN),
        ("cp866", WINDOWS, ["фото.jpg"]),
        ("cp1251", WINDOWS, RUSSIAN),
        ("cp1251", UNIX, RUSSIAN),
        ("cp932", WINDOWS, ["家族写真.jpg", "おばあちゃん.jpg"]),
        ("cp437", WINDOWS, ["Großmutter.jpg", "Noël 1955.jpg"]),
        ("cp1252", UNIX, ["Großmutter.jpg", "Noël 1955.jpg"]),
        ("utf-8", WINDOWS, RUSSIAN),
        ("utf-8", UNIX, ["家族写真.jpg", "Noël 1955.jpg"]),
        ("ascii", WINDOWS, ["IMG_0001.jpg"]),
    ],
)
def test_names_of_every_code_page_are_read(encoding: str, system: int, names: list[str]):
    assert names_in(packed([name.encode(encoding) for name in names], system)) == names


@pytest.mark.parametrize(
    ("language", "encoding", "name"),
    [
        ("zh-CN", "gbk", "爷爷奶奶.jpg"),
        ("ko", "cp949", "할머니.jpg"),
        ("pl", "cp852", "Święta.jpg"),
    ],
)
def test_the_senders_language_adds_its_code_pages(language: str, encoding: str, name: str):
    assert names_in(packed([name.encode(encoding)]), language) == [name]


def test_one_code_page_is_chosen_from_all_names_together():
    names = ["дом.jpg", "Бабушка и дедушка.jpg", "А.jpg"]
    assert names_in(packed([name.encode("cp866") for name in names])) == names


def test_the_unicode_path_field_goes_before_the_name():
    legacy, name = b"____.jpg", "фото.jpg".encode()
    field = struct.pack("<HHBI", 0x7075, 5 + len(name), 1, zlib.crc32(legacy)) + name
    assert names_in(packed([legacy], extra=field)) == ["фото.jpg"]


def test_a_unicode_path_field_of_another_name_is_left_out():
    field = struct.pack("<HHBI", 0x7075, 5 + 5, 1, zlib.crc32(b"other")) + b"a.jpg"
    assert names_in(packed([b"b.jpg"], extra=field)) == ["b.jpg"]


def test_letters_that_macos_took_apart_are_put_together():
    apart = unicodedata.normalize("NFD", "Noël й.jpg")
    assert names_in(packed([apart.encode()], MACOS)) == ["Noël й.jpg"]


def test_folders_separated_as_windows_does_are_folders():
    assert names_in(packed([b"album\\a.jpg"])) == ["album/a.jpg"]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("1931/summer/a.jpg", "1931/summer/a.jpg"),
        ("../../etc/a.jpg", "etc/a.jpg"),
        ("/etc/a.jpg", "etc/a.jpg"),
        ("C:/photos/./a.jpg", "photos/a.jpg"),
        ("x" * 300 + "/a.jpg", "a.jpg"),
        ("..", "photo"),
    ],
)
def test_a_label_leads_out_of_no_folder(name: str, label: str):
    assert zip_names.label(name, 200) == label

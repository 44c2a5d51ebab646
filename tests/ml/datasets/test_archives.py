"""Archives come from outside: nothing in them can hurt more than itself."""

import gzip
import io
import tarfile
import zipfile
from typing import Any

import pytest

from colorweb.errors import DomainError
from ml.datasets import archives
from ml.datasets.errors import Unreadable


def tar_of(*members: tuple[str, bytes], mode: Any = "w") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def zip_of(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def photos(content: bytes) -> dict[str, bytes]:
    return {
        found.name: found.read() for found in archives.photos(io.BytesIO(content), len(content))
    }


MEMBERS = (("a/one.jpg", b"one"), ("a/two.PNG", b"two"), ("readme.txt", b"text"))


@pytest.mark.parametrize(
    "content",
    [zip_of(*MEMBERS), *(tar_of(*MEMBERS, mode=mode) for mode in ("w", "w:gz", "w:bz2", "w:xz"))],
    ids=["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"],
)
def test_photos_are_found_in_every_kind_of_archive(content):
    assert photos(content) == {"a/one.jpg": b"one", "a/two.PNG": b"two"}


@pytest.mark.parametrize("make", [zip_of, tar_of])
def test_no_name_leads_out_of_the_archive(make):
    names = ["../../etc/x.jpg", "/root/y.jpg", "a\\..\\z.jpg"]
    found = photos(make(*((name, b"x") for name in names)))
    assert set(found) == {"etc/x.jpg", "root/y.jpg", "a/z.jpg"}


@pytest.mark.parametrize("make", [zip_of, tar_of])
def test_what_systems_leave_in_archives_is_passed_over(make):
    left = [("__MACOSX/a.jpg", b""), ("a/._one.jpg", b""), (".cache/x.png", b"")]
    assert photos(make(*left, ("one.jpg", b"1"))) == {"one.jpg": b"1"}


def test_links_and_devices_in_a_tar_are_passed_over():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            member = tarfile.TarInfo(f"{ord(kind)}.jpg")
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    assert photos(buffer.getvalue()) == {}


@pytest.mark.parametrize("content", [b"", b"PK", b"JFIF" * 100, b"\x1f\x8b" + b"x" * 50])
def test_anything_else_is_refused(content):
    with pytest.raises(DomainError) as refused:
        photos(content)
    assert refused.value.code in ("not_an_archive", "archive_broken")


def test_an_archive_cut_short_is_reported(settings):
    content = tar_of(("one.jpg", b"1" * 5000), ("two.jpg", b"2" * 5000))[:7000]
    with pytest.raises((DomainError, Unreadable)):
        photos(content)


@pytest.mark.parametrize("make", [zip_of, lambda *m: tar_of(*m, mode="w:gz")], ids=["zip", "gz"])
def test_a_photo_that_unpacks_to_gigabytes_is_only_itself_unreadable(settings, make):
    settings.DATASET_MAX_PHOTO = 1000
    content = make(("bomb.jpg", bytes(2_000_000)), ("fine.jpg", b"fine"))
    found = archives.photos(io.BytesIO(content), len(content))
    with pytest.raises(Unreadable, match="larger than"):
        next(found).read()
    assert next(found).read() == b"fine"


@pytest.mark.parametrize("make", [zip_of, lambda *m: tar_of(*m, mode="w:gz")], ids=["zip", "gz"])
def test_an_archive_that_unpacks_to_too_much_is_refused(settings, make):
    settings.DATASET_MAX_UNPACKED = 1_000_000
    with pytest.raises(DomainError) as refused:
        photos(make(("a.jpg", bytes(2_000_000)), ("b.jpg", b"")))
    assert refused.value.code == "archive_too_large"


def test_a_header_of_a_tar_cannot_ask_for_all_memory(settings):
    """A pax header is read whole before anything can look at it."""
    settings.DATASET_MAX_PHOTO = 10_000
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 50_000_000
    content = gzip.compress(header.tobuf() + bytes(50_000_000))
    with pytest.raises(DomainError):
        photos(content)


def test_a_zip_with_a_password_says_so():
    content = bytearray(zip_of(("a.jpg", b"secret")))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + place] |= 1  # the flag "encrypted"
    found = archives.photos(io.BytesIO(bytes(content)), len(content))
    with pytest.raises(Unreadable, match="encrypted"):
        next(found).read()

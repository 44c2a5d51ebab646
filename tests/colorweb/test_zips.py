"""A zip's directory is counted before it is read into memory."""

import io
import struct
import zipfile

import pytest

from colorweb import zips

LIMIT = 1000


class Watched(io.BytesIO):
    """A file that remembers the longest read."""

    longest = 0

    def read(self, size: int | None = -1) -> bytes:
        content = super().read(size)
        self.longest = max(self.longest, len(content))
        return content


def zip_of(entries: int, claimed: int | None = None) -> Watched:
    """A zip of entries that have a directory and nothing else."""
    one = struct.pack("<4s6H3I5H2I", b"PK\1\2", *[0] * 9, 1, *[0] * 6) + b"a"
    count = min(0xFFFF, entries if claimed is None else claimed)
    size = len(one) * entries
    return Watched(
        one * entries + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, size, 0, 0)
    )


def test_two_million_entries_are_refused_before_they_are_read():
    file = zip_of(2_000_000)
    with pytest.raises(zips.TooManyEntries), zips.opened(file, LIMIT):
        pass
    assert file.longest <= zips.TAIL_BYTES


def test_a_directory_that_lies_about_its_length_is_counted_all_the_same():
    with pytest.raises(zips.TooManyEntries), zips.opened(zip_of(LIMIT + 1, claimed=1), LIMIT):
        pass


def test_as_many_entries_as_may_be_are_read():
    with zips.opened(zip_of(LIMIT), LIMIT) as archive:
        assert len(archive.infolist()) == LIMIT


def test_files_in_a_zip_may_hold_what_looks_like_a_directory():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a", b"PK\1\2" * 100_000)
        archive.comment = b"a comment"
    with zips.opened(file, LIMIT) as archive:
        assert archive.read("a") == b"PK\1\2" * 100_000


@pytest.mark.parametrize("content", [b"", b"no zip", zip_of(3).getvalue()[:-30]])
def test_what_is_no_zip_is_told(content: bytes):
    with pytest.raises(zipfile.BadZipFile), zips.opened(io.BytesIO(content), LIMIT):
        pass

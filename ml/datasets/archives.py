"""Zips and tars from outside: read photo by photo, never unpacked under names of their own.

Whatever an archive claims, no photo takes more than `DATASET_MAX_PHOTO` bytes of memory, and no
archive makes us read more than `DATASET_MAX_UNPACKED` bytes.
"""

import bz2
import gzip
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import IO, Any, NamedTuple

from django.conf import settings

from colorweb import zips
from colorweb.errors import DomainError
from ml.datasets.errors import Unreadable
from ml.imaging.photos import SUFFIXES

MAX_LISTED = 200_000
"""Entries of a zip: they are all read before the first photo. A tar may have any number."""
PACKED: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ": lzma.LZMAFile,
}
"""How a packed tar begins, and what unpacks it."""


class Found(NamedTuple):
    """A photo not yet read; `done` is the share of its source that lies before it, 0..1."""

    done: float
    name: str
    read: Callable[[], bytes]


def kind_of(file: IO[bytes]) -> str:
    """`zip` or `tar`, by content. Raises DomainError for anything else."""
    file.seek(0)
    head = file.read(6)
    file.seek(0)
    if head.startswith(b"PK"):
        return "zip"
    try:
        with _tar(file) as tar:
            tar.next()
    except (tarfile.TarError, OSError, EOFError, lzma.LZMAError, DomainError) as error:
        raise DomainError("not_an_archive") from error
    finally:
        file.seek(0)
    return "tar"


def photos(file: IO[bytes], size: int) -> Iterator[Found]:
    """The photos of a zip or tar of `size` bytes, in its order. Raises DomainError."""
    return _of_zip(file) if kind_of(file) == "zip" else _of_tar(file, size)


def is_photo(name: str) -> bool:
    """Whether a name is that of a photo, not of what operating systems leave in archives."""
    path = PurePosixPath(name)
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    return path.suffix.lower() in SUFFIXES and not hidden


def _clean(name: str) -> str:
    """The name as a relative path with forward slashes, whatever it tried to be."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return "/".join(part for part in parts if part not in ("/", ".", ".."))


def _of_zip(file: IO[bytes]) -> Iterator[Found]:
    try:
        with zips.opened(file, MAX_LISTED) as archive:
            members = archive.infolist()
            _check_size(sum(member.file_size for member in members))
            for place, member in enumerate(members):
                name = _clean(member.filename)
                if not member.is_dir() and is_photo(name):
                    yield Found(place / len(members), name, partial(_from_zip, archive, member))
    except zips.TooManyEntries as error:
        raise DomainError("archive_too_large.entries", limit=MAX_LISTED) from error
    except zipfile.BadZipFile as error:
        raise _broken(error) from error


def _from_zip(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(member) as file:
            return _limited(file)
    except RuntimeError as error:  # encrypted
        raise Unreadable(str(error)) from error
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from error
    except Exception as error:  # zlib, bz2 and lzma have an error each
        raise Unreadable(str(error)) from error


def _of_tar(file: IO[bytes], size: int) -> Iterator[Found]:
    with _tar(file) as tar:
        while member := _next(tar):
            name = _clean(member.name)
            if member.isfile() and is_photo(name):
                done = min(1.0, file.tell() / max(1, size))
                yield Found(done, name, partial(_from_tar, tar, member))
            tar.members = []  # type: ignore[attr-defined] # else it keeps every member in memory


def _next(tar: tarfile.TarFile) -> tarfile.TarInfo | None:
    try:
        return tar.next()
    except (tarfile.TarError, OSError, EOFError, lzma.LZMAError, ValueError) as error:
        raise _broken(error) from error


def _from_tar(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    if file is None:
        raise Unreadable("not a file")
    try:
        return _limited(file)
    except (tarfile.TarError, OSError, EOFError, lzma.LZMAError, ValueError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from error


def _tar(file: IO[bytes]) -> tarfile.TarFile:
    head = file.read(6)
    file.seek(0)
    for magic, unpack in PACKED.items():
        if head.startswith(magic):
            return tarfile.open(fileobj=_Bounded(unpack(file)), mode="r:")
    return tarfile.open(fileobj=_Bounded(file), mode="r:")


class _Bounded:
    """A stream that refuses to be read too far, or too much at once: headers lie about sizes."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= settings.DATASET_MAX_PHOTO + 1:
            raise tarfile.ReadError("a member is larger than any photo may be")
        _check_size(self.file.tell() + size)
        return self.file.read(size)

    def seek(self, place: int, whence: int = 0) -> int:
        _check_size(place)
        return self.file.seek(place, whence)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


def _limited(file: IO[bytes]) -> bytes:
    content = file.read(settings.DATASET_MAX_PHOTO + 1)
    if len(content) > settings.DATASET_MAX_PHOTO:
        raise Unreadable(f"larger than {settings.DATASET_MAX_PHOTO // 1_000_000} MB")
    return content


def _check_size(unpacked: int) -> None:
    if unpacked > settings.DATASET_MAX_UNPACKED:
        raise DomainError(
            "archive_too_large",
            limit=settings.DATASET_MAX_UNPACKED // 1_000_000_000,
        )


def _broken(error: Exception) -> DomainError:
    if isinstance(error, DomainError):
        return error
    return DomainError(
        "archive_broken",
        reason=str(error) or type(error).__name__,
    )

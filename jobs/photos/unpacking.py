"""Zips become jobs, a photo at a time, by a worker.

How far a zip is unpacked is recorded in the transaction that makes each job, so that a worker that
dies neither loses nor doubles a photo. Zips take turns. Nothing is ever written under a name from
a zip, and an entry is read no further than a photo may be long.
"""

import logging
import shutil
import time
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from datetime import timedelta
from pathlib import PurePosixPath
from typing import IO, cast

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db.models import F, Q
from django.db.models.functions import Now

from colorweb import database, leases, zip_names, zips
from colorweb.accounts.visitors import Visitor
from colorweb.errors import DomainError
from colorweb.health import fitness
from colorweb.http.storage_unavailable import is_unavailable
from jobs.models import Batch
from jobs.photos import intake
from jobs.photos.batches import UNPACK, accept, opened, photos_in, refuse

log = logging.getLogger(__name__)

SHIFT = 10.0
"""Seconds after which other tasks of the queue, such as the reaper's, have a turn."""
LEASE = timedelta(minutes=2)
"""Longer than one photo takes."""
RETRY_AFTER = timedelta(seconds=20)
"""Until a full queue is tried again."""
UNPACKED_HERE = {
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
    zipfile.ZIP_LZMA,
}
PACKED_BY = {
    1: "Shrink",
    6: "Implode",
    9: "Deflate64",
    93: "Zstandard",
    95: "XZ",
    96: "JPEG",
    97: "WavPack",
    98: "PPMd",
}
"""Ways to pack an entry that are not unpacked here (APPNOTE 4.4.5)."""
MAX_OPENED = 8
"""Zips that are kept open, as long as their turns come again and again in a shift."""


class Opened:
    """A batch's zip, and its photos in their order."""

    def __init__(self, batch: Batch) -> None:
        with ExitStack() as parts:
            file = parts.enter_context(default_storage.open(batch.archive))
            self.archive = parts.enter_context(opened(file, batch.language))
            self.entries = photos_in(self.archive)
            self.close = parts.pop_all().close


class Shift:
    """Opens each zip once: a long directory takes longer to read than a photo."""

    def __init__(self) -> None:
        self._opened: dict[uuid.UUID, Opened] = {}

    def zip_of(self, batch: Batch) -> Opened:
        """Raises FileNotFoundError, `zipfile.BadZipFile`, `zips.TooManyEntries`."""
        if batch.pk not in self._opened:
            if len(self._opened) == MAX_OPENED:  # of more in turn, the first ones stay
                self._opened.popitem()[1].close()
            self._opened[batch.pk] = Opened(batch)
        return self._opened[batch.pk]

    def close(self) -> None:
        """Close all that are open."""
        while self._opened:
            self._opened.popitem()[1].close()


def unpack() -> int:
    """Unpack what waits until nothing does, or the shift is over; how many photos that were.

    One process at a time does: the others of the queue have other things to do.
    """
    if not cache.add("unpacking", 1, timeout=LEASE.total_seconds()):
        return 0
    ends, photos = time.monotonic() + SHIFT, 0
    try:
        with closing(Shift()) as shift:
            while unpack_next(shift):
                photos += 1
                if time.monotonic() > ends:
                    UNPACK.publish()
                    break
    finally:
        cache.delete("unpacking")
    return photos


def unpack_next(shift: Shift) -> bool:
    """Go on with the batch that has waited longest, for one photo; False if none waits."""
    due = Q(due_at=None) | Q(due_at__lte=Now())
    waiting = Batch.objects.filter(due, state=Batch.State.UNPACKING)
    in_turn = waiting.order_by(F("due_at").asc(nulls_first=True))
    batch = leases.claim_one(in_turn, lease=LEASE, due_at=Now())
    if batch is None:
        return False
    with suppress(leases.LeaseLost):
        try:
            _unpack(batch, shift)
        except Exception as error:
            if not fitness.is_own_failure(error):
                raise
            database.wait()
            _postpone(batch)
    return True


def reap() -> None:
    """Requeue what dead workers left; the entry that kills them is refused at last."""
    leases.requeue(Batch.objects.filter(state=Batch.State.UNPACKING))


def _postpone(batch: Batch) -> None:
    """Continue with a batch a little later."""
    leases.release(batch, due_at=Now() + RETRY_AFTER, crash_count=0)


def _unpack(batch: Batch, shift: Shift) -> None:
    """Deal with a batch's next entry, or end it after the last one."""
    try:
        if batch.pages is not None:
            if batch.unpacked < len(batch.pages):
                _unpack_page(batch, batch.pages[batch.unpacked])
                return
        else:
            content = shift.zip_of(batch)
            if batch.unpacked < len(content.entries):
                _unpack_entry(batch, content.archive, content.entries[batch.unpacked])
                return
    except FileNotFoundError as error:
        if fitness.is_own_failure(error):
            raise
    except (zipfile.BadZipFile, zips.TooManyEntries):
        pass  # nothing more can be had of it
    leases.release(
        batch,
        state=Batch.State.UNPACKED,
        archive="",
        refused=F("refused") + F("entries") - F("unpacked"),
        unpacked=F("entries"),
    )
    default_storage.delete(batch.archive)


def _unpack_entry(batch: Batch, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    name = zip_names.label(entry.filename, intake.MAX_NAME)
    if batch.crash_count >= settings.JOB_MAX_ATTEMPTS:
        refuse(batch, name, DomainError("worker_died.entry"))
        return
    with TemporaryUploadedFile(name, "", 0, None) as upload:
        try:
            for piece in _pieces(archive, entry):
                upload.write(piece)
                if upload.tell() > settings.UPLOAD_MAX_BYTES:
                    refuse(batch, name, DomainError("too_many_bytes.entry"))
                    return
        except DomainError as error:
            refuse(batch, name, error)
            return
        upload.size = upload.tell()
        try:
            accept(batch, visitor_of(batch), upload, name)
        except DomainError:
            _postpone(batch)


def _unpack_page(batch: Batch, page: int) -> None:
    path = PurePosixPath(batch.name)
    digits = len(str(max(batch.pages or [page])))
    name = str(path.with_name(f"{path.stem}-{page:0{digits}}{path.suffix}"))
    if batch.crash_count >= settings.JOB_MAX_ATTEMPTS:
        refuse(batch, name, DomainError("worker_died.entry"))
        return
    with TemporaryUploadedFile(name, "", 0, None) as upload:
        with default_storage.open(batch.archive) as file:
            shutil.copyfileobj(file, cast("IO[bytes]", upload.file))
        upload.size = upload.tell()
        try:
            accept(batch, visitor_of(batch), upload, name, page)
        except DomainError:
            _postpone(batch)


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of one entry. Raises DomainError."""
    if entry.compress_type not in UNPACKED_HERE:
        kind = PACKED_BY.get(entry.compress_type, f"method {entry.compress_type}")
        raise DomainError("unsupported_format.packed", kind=kind)
    try:
        with archive.open(entry) as source:
            while piece := source.read(1 << 20):
                yield piece
    except Exception as error:
        if is_unavailable(error):
            raise
        # Broken, encrypted, or packed in a way that is not known: each raises something else.
        raise DomainError("damaged.entry") from error


def visitor_of(batch: Batch) -> Visitor:
    """The batch's sender, with an address that gives its photos the same turn as the upload."""
    address = batch.queue_owner.partition(":")[2].partition("/")[0]
    return Visitor(user=batch.owner, guest=batch.guest, address=address)

"""Photos are decoded in a process that can be killed: what is wrong with one costs no other."""

import os
import signal
import subprocess
import sys
import threading
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from colorweb.testing import pictures
from ml.imaging import children, photos, structure
from ml.imaging.children import Child
from ml.imaging.exchange import DEFAULT_LIMITS
from ml.imaging.priority import NICE
from ml.imaging.slots import LIGHT, MAX_WORK
from tests.ml import files


def refusal(file: BytesIO) -> str:
    with pytest.raises(photos.PhotoError) as refused:
        photos.inspect(file)
    return refused.value.code


def request(work: int = LIGHT) -> dict[str, object]:
    limits = {"max_bytes": 80_000_000, "max_pixels": 150_000_000, "max_aspect": 20}
    return {"operation": "size", "limits": limits, "page": 1, "options": {}, "work": work}


@pytest.fixture
def child():
    child = Child()
    yield child
    child.kill()


@pytest.fixture
def photo(tmp_path: Path):
    path = tmp_path / "photo.png"
    path.write_bytes(files.encoded(files.ramp(), "PNG").getvalue())
    with path.open("rb") as file:
        yield file


# What is counted before anything is decoded


@pytest.mark.parametrize(
    "file",
    [
        BytesIO(pictures.many_scans(structure.MAX_SCANS + 1, 8000, 8000)),
        files.many_comments(structure.MAX_SEGMENTS + 1),
        files.many_chunks(structure.MAX_CHUNKS + 1),
    ],
    ids=["scans", "segments", "chunks"],
)
def test_a_file_of_too_many_parts_is_refused_before_it_is_decoded(file: BytesIO):
    assert refusal(file) == "too_complex"


def test_what_encoders_write_is_not_too_many():
    for file in (
        files.encoded(files.colorful(640, 480), "JPEG", progressive=True),
        BytesIO(pictures.many_scans(structure.MAX_SCANS)),
        files.many_comments(structure.MAX_SEGMENTS - 100),
        files.many_chunks(structure.MAX_CHUNKS - 10),
    ):
        assert photos.inspect(file).width > 0


def test_scans_over_a_large_picture_are_refused_by_their_work():
    assert (
        refusal(BytesIO(pictures.many_scans(structure.MAX_SCANS, 10_000, 10_000))) == "too_complex"
    )


# What a process may use


def test_a_file_that_takes_too_long_is_refused_and_the_next_is_read():
    assert refusal(files.endless_comment()) == "too_complex"
    assert photos.inspect(files.encoded(files.ramp(), "PNG")).width == 64


ON_MANY_TICKS = """
import time
from ml.imaging import child

def counted():
    return time.clock_gettime(child.COUNTED_TIME)

tick = time.clock_getres(child.COUNTED_TIME)
end = time.monotonic() + 30
while counted() - time.process_time() < 2 and time.monotonic() < end:
    begun = counted()
    while counted() == begun:
        pass
    time.sleep(tick * 0.9)
child._limit(1, None)
begun = counted()
while counted() < begun + 0.5:
    pass
"""


def test_a_file_has_its_time_in_a_process_that_ticks_have_counted_too_much_for():
    """One that has decoded many small files, and was at work whenever the kernel looked."""
    done = subprocess.run([sys.executable, "-c", ON_MANY_TICKS], timeout=60, check=False)
    assert done.returncode == 0


def test_a_decoder_lets_pages_go_first(child: Child, photo):
    child.ask(request(), photo.fileno(), seconds=60)
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, child.process.pid) == max(NICE, ours)


def test_a_decoder_that_hangs_is_killed(child: Child, photo):
    child.ask(request(), photo.fileno(), seconds=60)
    child.process.send_signal(signal.SIGSTOP)
    with pytest.raises(photos.PhotoError) as refused:
        child.ask(request(), photo.fileno(), seconds=0.1)
    assert refused.value.code == "too_complex"


@pytest.mark.parametrize(
    ("ended_by", "code"),
    [(signal.SIGSEGV, "damaged"), (signal.SIGABRT, "damaged"), (signal.SIGKILL, "too_complex")],
)
def test_a_decoder_that_crashes_refuses_its_photo(child: Child, photo, ended_by, code):
    child.ask(request(), photo.fileno(), seconds=60)
    child.process.send_signal(signal.SIGSTOP)
    threading.Timer(0.1, child.process.send_signal, [ended_by]).start()
    threading.Timer(0.2, child.process.send_signal, [signal.SIGCONT]).start()
    with pytest.raises(photos.PhotoError) as refused:
        child.ask(request(), photo.fileno(), seconds=60)
    assert refused.value.code == code


def test_a_process_that_ended_while_idle_is_replaced():
    photos.read(files.encoded(files.ramp(), "PNG"))
    for child in children._idle:
        child.process.kill()
        os.waitid(os.P_PID, child.process.pid, os.WEXITED | os.WNOWAIT)
    assert photos.read(files.encoded(files.ramp(), "PNG")).rgb.shape == (48, 64, 3)


@pytest.mark.parametrize("size", [(1000, 800), (3000, 2000)], ids=["small", "large"])
def test_who_uploads_beside_another_finds_a_process_that_was_started(size):
    while child := children._idle_one():
        child.kill()
    photo = files.encoded(files.ramp(*size), "PNG")
    photos.read(photo)
    assert len(children._idle) == 1
    photos.inspect(photo)
    assert len(children._idle) == 2
    photos.inspect(photo)
    assert len(children._idle) == 2


def test_who_sends_files_that_kill_their_decoder_leaves_a_warm_one_to_others():
    while child := children._idle_one():
        child.kill()
    with pytest.raises(photos.PhotoError), children._taken():
        raise photos.PhotoError("too_complex")
    longest_there, newest = children._idle
    assert children._idle_one(is_heavy=True) is newest
    assert children._idle_one() is longest_there
    children._idle[:] = [longest_there, newest]


def test_an_idle_process_ends_and_one_stays(monkeypatch):
    """The one that stays is there for the first photo after a quiet hour."""
    monkeypatch.setattr(children, "IDLE_SECONDS", 0.5)
    while child := children._idle_one():
        child.kill()
    photo = files.encoded(files.ramp(), "PNG")
    with children._taken() as first:
        photos.read(photo)  # by a second process
        [second] = children._idle
    assert second.process.wait(60) == 0
    assert first.process.poll() is None
    photos.read(photo)
    assert children._idle[-1] is first


def test_memory_beyond_the_limit_is_refused_instead_of_taken():
    code = "from ml.imaging import child; child._limit(None, 10**8); bytearray(3 * 10**8)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.endswith("MemoryError\n")


def test_a_decoding_process_ends_with_its_parent_whatever_it_does():
    lifeline, ours = os.pipe()
    code = f"from ml.imaging.child import _end_with_parent; _end_with_parent({lifeline})"
    code += "; print(1, flush=True)\nwhile True: pass"
    process = subprocess.Popen(
        [sys.executable, "-c", code], pass_fds=[lifeline], stdout=subprocess.PIPE
    )
    os.close(lifeline)
    assert process.stdout
    process.stdout.readline()
    os.close(ours)
    assert process.wait(60) == -signal.SIGIO
    process.stdout.close()


# What it gets and gives


def test_a_decoding_process_knows_no_secrets(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "quite secret")
    child = Child()
    child._wait_for_start()
    environment = Path(f"/proc/{child.process.pid}/environ").read_bytes()
    child.kill()
    assert b"PATH=" in environment
    assert b"SECRET_KEY" not in environment


def test_pixels_arrive_in_shared_memory_and_nothing_is_left_open():
    file = files.encoded(files.colorful(), "PNG")
    photos.read(file)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        photo = photos.read(file)
        assert not photo.rgb.flags.owndata
        assert np.array_equal(photo.rgb, files.colorful())
    del photo
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_the_senders_file_stays_where_it_was(photo):
    before = photo.read(10)
    photos.read(photo)
    photo.seek(0)
    assert (photo.read(10), len(photo.read())) == (
        before,
        len(files.encoded(files.ramp(), "PNG").getvalue()) - 10,
    )


def test_large_photos_are_read_as_well_as_small_ones():
    photo = photos.read(files.encoded(files.ramp(3000, 2000), "PNG"))
    assert photo.rgb.shape == (2000, 3000, 3)
    assert DEFAULT_LIMITS.max_pixels < MAX_WORK

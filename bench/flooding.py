"""What a noisy visitor does: `python -m bench.flooding NAME SITE`, started by `bench.floods`.

Each flood is a function that prepares everything, yields, and goes on until it is killed.
"""

import io
import struct
import sys
import threading
import zlib
from collections.abc import Callable, Iterator

import httpx

from bench import flooding_files, flooding_open
from colorweb.testing import pictures

CONNECTIONS = 30  # requests of a flood that wait for their answers


def many_scans(site: str) -> Iterator[None]:
    """Progressive JPEGs of tens of megapixels in a few hundred kilobytes."""
    # As many as are refused at once, as many as are read, and several in between.
    files = [
        ("a.jpg", pictures.many_scans(scans, side, side))
        for scans, side in ((2000, 8000), (400, 8000), (100, 4000), (60, 6000), (20, 8000))
    ]
    yield
    _send(site, files)


def large_pngs(site: str) -> Iterator[None]:
    """PNGs of 149 megapixels in 144 kB."""
    width, height = 12_900, 11_550
    line = zlib.compressobj(9)
    data = b"".join(line.compress(bytes(1 + width)) for _ in range(height)) + line.flush()
    files = [("a.png", pictures.png(width, height, data))]
    yield
    _send(site, files)


def long_zips(site: str) -> Iterator[None]:
    """Zips whose directory names two million files."""
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", *[0] * 9, 1, *[0] * 6) + b"a"
    size = len(entry) * 2_000_000
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, size, 0, 0)
    content = entry * 2_000_000 + end
    yield
    _send(site, [("a.zip", content)], "/api/v1/batches/", "archive", connections=4)


FLOODS: dict[str, Callable[[str], Iterator[None]]] = {
    "many_scans": many_scans,
    "large_pngs": large_pngs,
    "long_zips": long_zips,
    **flooding_open.FLOODS,
    **flooding_files.FLOODS,
}


def _send(
    site: str,
    files: list[tuple[str, bytes]],
    path: str = "/api/v1/jobs/",
    field: str = "image",
    connections: int = CONNECTIONS,
) -> None:
    """Send the files again and again, so many at once, whatever the answers are."""
    http = httpx.Client(base_url=site, timeout=600, limits=httpx.Limits(max_connections=None))
    token = http.get("/api/v1/me/").json().get("guest_token")
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    def send(turn: int) -> None:
        while True:
            name, content = files[turn % len(files)]
            turn += 1
            try:
                http.post(path, files={field: (name, io.BytesIO(content))}, headers=headers)
            except httpx.HTTPError as error:
                print(f"flooder: {error!r}", file=sys.stderr)

    threads = [threading.Thread(target=send, args=(n,), daemon=True) for n in range(connections)]
    for thread in threads:
        thread.start()
    print("flooding", flush=True)
    for thread in threads:
        thread.join()


def main() -> None:
    """Prepare a flood, wait for the word, and flood."""
    name, site = sys.argv[1:]
    flood = FLOODS[name](site)
    next(flood)
    print("prepared", flush=True)
    sys.stdin.readline()
    next(flood)


if __name__ == "__main__":
    main()

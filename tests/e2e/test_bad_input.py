"""Whatever is sent is colored, or refused with a code and a sentence; nothing else suffers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PIL import Image

from colorweb.testing import pictures
from colorweb.testing.guest import Guest
from colorweb.testing.stack import Stack

MEGABYTE = 1_000_000

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a letter.jpg": (lambda: b"Dear grandson, this is not a photo.", "not_a_photo"),
    "cut short.jpg": (lambda: pictures.jpeg()[:20_000], "truncated"),
    "bomb.png": (pictures.png_bomb, "too_many_pixels"),
    "empty.jpg": (lambda: b"", "empty_file"),
    "drawing.svg": (pictures.svg, "vector_drawing"),
    "strip.png": (lambda: pictures.saved(Image.new("L", (21, 1)), "PNG"), "too_narrow"),
}
COLORED: dict[str, Callable[[], bytes]] = {
    "inks.jpg": pictures.cmyk_jpeg,
    "scan.tif": pictures.tiff_16_bit,
    "moving.gif": pictures.animated_gif,
    "dot.png": lambda: pictures.saved(Image.new("L", (1, 1), 128), "PNG"),
    "line.png": lambda: pictures.saved(Image.new("L", (1, 20), 128), "PNG"),
    "wrongly named.gif": pictures.jpeg,
}


def folders_without_rows_and_rows_without_files(stack: Stack) -> tuple[set[str], set[str]]:
    media = stack.var_dir / "media"
    known = {str(key).replace("-", ""): source for key, source in _photos(stack)}
    found = {folder.name.replace("-", "") for folder in media.glob("photos/*/*")}
    lost = {key for key, source in known.items() if not (media / source).is_file()}
    return found - set(known), lost


def _photos(stack: Stack) -> list[tuple[object, str]]:
    return [(key, source) for key, source in stack.rows("SELECT id, source FROM jobs_photo")]


def test_bad_input_is_refused_with_a_message_and_delays_nobody(stack: Stack, guest: Guest) -> None:
    web = stack.pid("web")
    accepted = [guest.post("good 0.jpg", pictures.jpeg())]
    for number, (name, (make, code)) in enumerate(REFUSED.items(), start=1):
        answer = guest.post(name, make())
        problem = answer.json()
        assert (name, answer.status_code, problem["code"]) == (name, 400, code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["errors"][0]["attr"] == "image"
        assert len(problem["detail"]) > 20
        accepted.append(guest.post(f"good {number}.jpg", pictures.jpeg()))
    for answer in accepted:
        assert answer.status_code == 201, answer.text
        assert guest.wait(answer.json()["id"])["status"] == "succeeded"
    assert stack.pid("web") == web
    assert folders_without_rows_and_rows_without_files(stack) == (set(), set())


@pytest.mark.parametrize("name", COLORED)
def test_odd_photos_are_colored_at_their_own_size(guest: Guest, name: str) -> None:
    sent = COLORED[name]()
    answer = guest.post(name, sent)
    assert answer.status_code == 201, answer.text
    done = guest.wait(answer.json()["id"])
    assert (done["status"], done["error"]) == ("succeeded", None)
    assert pictures.opened(guest.get(done["urls"]["result"])).size == pictures.opened(sent).size


def test_a_body_of_200_megabytes_is_refused_however_it_is_sent(stack: Stack, guest: Guest) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(200):
            yield bytes(MEGABYTE)

    counted = guest.http.post("/api/v1/jobs/", content=pieces())
    declared = guest.http.post(
        "/api/v1/jobs/", content=pieces(), headers={"Content-Length": str(200 * MEGABYTE)}
    )
    for answer in (counted, declared):
        assert (answer.status_code, answer.json()["code"]) == (413, "too_many_bytes")
    assert guest.http.get("/healthz").status_code == 200
    assert not list((stack.var_dir / "uploads").iterdir())


def test_unknown_addresses_and_methods_answer_with_problems(guest: Guest) -> None:
    for method, address, status, code in (
        ("GET", "/api/v1/jobs/00000000-0000-0000-0000-000000000000/", 404, "not_found"),
        ("GET", "/api/v1/nothing/", 404, "not_found"),
        ("DELETE", "/api/v1/jobs/", 405, "method_not_allowed"),
    ):
        answer = guest.http.request(method, address)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"

from pathlib import Path

import cv2
import numpy as np
import pytest

from bench import earlier, pages
from bench.__main__ import ROWS, main, page, table
from bench.rows import Row, ms, times
from bench.scene import scene, write_jpeg
from colorweb.accounts.models import User
from ml.imaging import photos
from tests.jobs import make


def test_scene_is_a_color_photo_and_always_the_same():
    first, second = scene(320, 240), scene(320, 240)
    assert np.array_equal(first, second)
    assert np.ptp(first, axis=2).mean() > 10


def test_large_photo_is_laid_together(tmp_path: Path):
    write_jpeg(tmp_path / "photo.jpg", 4400, 3100)
    assert photos.read(tmp_path / "photo.jpg").rgb.shape == (3100, 4400, 3)


def test_functions_are_timed_in_turn():
    calls: list[str] = []
    taken = times({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, repeats=2)
    assert calls == ["a", "b"] * 3
    assert set(taken) == {"a", "b"}


def test_page_holds_the_rows():
    rows = [Row("network", ms(12.34), "30 ms", "2.43 x", "1.8 x")]
    assert "| network | 12.3 ms | 30 ms | 2.43 x | 1.8 x |" in table(rows)
    assert table(rows) in page(rows, load="0.1")


def test_unknown_row_is_refused(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["bench", "speed"])
    with pytest.raises(SystemExit) as error:
        main()
    assert error.value.code == 2
    assert "no row is called speed" in capsys.readouterr().err


def test_requested_rows_are_printed_and_the_page_is_left(monkeypatch, capsys):
    monkeypatch.setitem(ROWS, "network", lambda *, quick: [Row("network", str(quick))])
    monkeypatch.setattr("sys.argv", ["bench", "network", "--quick"])
    threads = cv2.getNumThreads()
    main()
    cv2.setNumThreads(threads)
    assert "| network | True |" in capsys.readouterr().out


def test_without_the_earlier_revision_the_bench_says_so(monkeypatch):
    monkeypatch.setattr(earlier, "REVISION", "0" * 40)
    [row] = earlier.rows(quick=True)
    assert row.value == "not measured: it is not in this clone"


def test_of_a_page_the_view_that_slows_down_most_is_reported(monkeypatch, capsys):
    monkeypatch.setitem(pages.PAGES, "history", ("first", "by name"))
    many = {"history first": 11.0, "history by name": 15.0}
    assert pages._worst("history", lambda _: 10.0, many.__getitem__, repeats=3) == (
        10.0,
        15.0,
        "by name",
    )


def test_every_view_has_an_address_and_is_what_it_says(client, db):
    owner = User.objects.create_user("ada@example.org")
    make.published(owner=owner, guest="")
    addresses = pages._addresses(owner)
    assert set(addresses) == {
        f"{page} {view}" for page, views in pages.PAGES.items() for view in views
    }
    client.force_login(owner)
    assert {client.get(address).status_code for address in addresses.values()} == {200}
    assert client.get(addresses["gallery most liked"]).context["order"] == "likes"

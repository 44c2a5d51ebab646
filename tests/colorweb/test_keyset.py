"""Pages by place: every row once, in order, forth and back, whatever changes in between."""

import json
import uuid

import pytest
from django.utils.http import urlsafe_base64_encode

from colorweb import keyset
from jobs.models import Photo
from tests.jobs import make

pytestmark = pytest.mark.django_db
SOME_KEY = str(uuid.UUID(int=7))


def walk(column: str, size: int = 3) -> tuple[list[Photo], list[Photo]]:
    """All rows from the first page to the last, and from the last back to the first."""
    page = keyset.Paginator(Photo.objects.all(), column, size).get_page()
    assert not page.previous
    forth, back = list(page.rows), list(page.rows)
    while page.next:
        page = keyset.Paginator(Photo.objects.all(), column, size).get_page(page.next)
        forth += page.rows
        back = list(page.rows)
    while page.previous:
        page = keyset.Paginator(Photo.objects.all(), column, size).get_page(page.previous)
        back = [*page.rows, *back]
    return forth, back


@pytest.mark.parametrize("column", ["bytes", "-bytes", "-created_at", "name"])
def test_every_row_comes_once_forth_and_back(column):
    for number in range(10):
        photo = make.photo()
        Photo.objects.filter(pk=photo.pk).update(bytes=number // 4)
    sign = "-" if column.startswith("-") else ""
    expected = list(Photo.objects.order_by(column, f"{sign}pk"))
    assert walk(column) == (expected, expected)


def test_a_row_added_in_front_moves_nothing():
    for _ in range(4):
        make.photo()
    page = keyset.Paginator(Photo.objects.all(), "-created_at", 2).get_page()
    rest = list(Photo.objects.order_by("-created_at", "-pk")[2:])
    make.photo()
    assert keyset.Paginator(Photo.objects.all(), "-created_at", 2).get_page(page.next).rows == rest


def test_a_place_whose_rows_are_gone_leads_to_the_first_page():
    for _ in range(3):
        make.photo()
    page = keyset.Paginator(Photo.objects.all(), "-created_at", 2).get_page()
    Photo.objects.earliest("created_at").delete()
    assert (
        len(keyset.Paginator(Photo.objects.all(), "-created_at", 2).get_page(page.next).rows) == 2
    )


@pytest.mark.parametrize(
    "place",
    [
        "nonsense",
        *(
            urlsafe_base64_encode(json.dumps(made).encode())
            for made in (
                ["after", "no moment", "7"],
                ["after", {"a": 1}, "7"],
                ["after", "9999-12-31T23:59:59-23:59", SOME_KEY],
                ["after", "\x00", SOME_KEY],
                ["sideways", 1, 1],
                17,
            )
        ),
    ],
)
@pytest.mark.parametrize("column", ["-created_at", "name"])
@pytest.mark.django_db(transaction=True)  # PostgreSQL ends a transaction that such a place was in
def test_a_place_made_by_hand_leads_to_the_first_page(place, column):
    photo = make.photo()
    assert keyset.Paginator(Photo.objects.all(), column, 2).get_page(place).rows == [photo]

"""Pages travel compressed, answers of the API as they are."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "encoding"), [("/", "gzip"), ("/gallery/", "gzip"), ("/api/v1/gallery/", None)]
)
def test_only_pages_are_compressed(client, path, encoding):
    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers.get("Content-Encoding") == encoding


def test_a_browser_that_cannot_decompress_gets_the_page_as_it_is(client):
    answer = client.get("/")
    assert "Content-Encoding" not in answer.headers
    assert answer.content.lstrip().startswith(b"<!doctype html>")

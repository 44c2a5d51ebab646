import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from colorweb.http import files

BODY = bytes(range(256)) * 4096  # four chunks


@pytest.fixture(params=["folder", "bucket"])
def storage(request, tmp_path):
    folder = request.param == "folder"
    storage = FileSystemStorage(tmp_path) if folder else request.getfixturevalue("bucket")
    storage.save("photo.jpg", ContentFile(BODY))
    storage.save("empty.jpg", ContentFile(b""))
    return storage


@pytest.fixture
def fetch(storage):
    async def fetch(name="photo.jpg", method="get", *, download_name=None, max_age=0, **headers):
        request = getattr(RequestFactory(), method)("/", headers=headers)
        response = files.serve(
            request,
            name,
            content_type="image/jpeg",
            download_name=download_name,
            max_age=max_age,
            storage=storage,
        )
        if isinstance(response, StreamingHttpResponse):
            return response, b"".join([piece async for piece in response])
        assert isinstance(response, HttpResponse)
        return response, response.content

    return fetch


async def test_a_file_comes_whole_and_in_pieces(fetch, storage):
    response, body = await fetch()
    assert (response.status_code, body) == (200, BODY)
    assert response["Content-Length"] == str(len(BODY))
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-cache"
    pieces = [piece async for piece in files._pieces(storage, "photo.jpg", 0, len(BODY) - 1)]
    assert [len(piece) for piece in pieces] == [files.CHUNK] * 4


@pytest.mark.parametrize(
    ("requested", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=300000-700000", 300000, 700000),
        ("bytes=1048000-", 1048000, 1048575),
        ("bytes=-10", 1048566, 1048575),
        ("bytes=1048570-9999999", 1048570, 1048575),
        ("bytes=-9999999", 0, 1048575),
    ],
)
async def test_a_range_is_answered_in_part(fetch, requested, first, last):
    response, body = await fetch(range=requested)
    assert (response.status_code, body) == (206, BODY[first : last + 1])
    assert response["Content-Range"] == f"bytes {first}-{last}/{len(BODY)}"
    assert response["Content-Length"] == str(last - first + 1)


@pytest.mark.parametrize("requested", ["bytes=1048576-", "bytes=2000000-3000000", "bytes=-0"])
async def test_a_range_past_the_end_is_refused(fetch, requested):
    response, body = await fetch(range=requested)
    assert (response.status_code, body) == (416, b"")
    assert response["Content-Range"] == f"bytes */{len(BODY)}"


@pytest.mark.parametrize("requested", ["bytes=5-2", "bytes=-", "lines=1-2", "bytes=0-1,5-6", "x"])
async def test_a_range_that_is_none_gives_the_whole_file(fetch, requested):
    response, body = await fetch(range=requested)
    assert (response.status_code, len(body)) == (200, len(BODY))


async def test_an_unchanged_file_is_not_sent_again(fetch):
    response, _ = await fetch()
    again, body = await fetch(if_none_match=f'"other", W/{response["ETag"]}')
    assert (again.status_code, body) == (304, b"")
    assert again["ETag"] == response["ETag"]


async def test_a_range_of_a_changed_file_gives_the_whole(fetch):
    response, _ = await fetch()
    same, _ = await fetch(range="bytes=0-9", if_range=response["ETag"])
    changed, body = await fetch(range="bytes=0-9", if_range='"of yesterday"')
    assert same.status_code == 206
    assert (changed.status_code, body) == (200, BODY)


async def test_head_has_the_size_without_the_file(fetch):
    response, body = await fetch(method="head")
    assert (response.status_code, body) == (200, b"")
    assert response["Content-Length"] == str(len(BODY))


async def test_a_download_is_named(fetch):
    response, _ = await fetch(download_name="Großmutter 1931.jpg")
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''Gro%C3%9Fmutter%201931.jpg"
    )


async def test_an_empty_file_is_served(fetch):
    response, body = await fetch("empty.jpg")
    assert (response.status_code, body, response["Content-Length"]) == (200, b"", "0")


async def test_a_missing_file_is_not_found(fetch):
    with pytest.raises(Http404):
        await fetch("none.jpg")


async def test_a_file_may_be_kept_by_the_browser(fetch):
    response, _ = await fetch(max_age=3600)
    assert response["Cache-Control"] == "private, max-age=3600"


@pytest.mark.parametrize("storage", ["bucket"], indirect=True)
async def test_of_a_bucket_only_the_part_asked_for_is_read(fetch, storage, monkeypatch):
    parts = []
    open_at = storage.open_at

    def record(*part):
        parts.append(part)
        return open_at(*part)

    monkeypatch.setattr(storage, "open_at", record)
    monkeypatch.setattr(storage, "_open", None)
    _, body = await fetch(range="bytes=300000-300099")
    assert (len(body), parts) == (100, [("photo.jpg", 300000, 300099)])


@pytest.mark.parametrize("digits", [100, 101, 5000])
@pytest.mark.parametrize("form", ["bytes={}-", "bytes=-{}", "bytes=0-{}", "bytes={}-{}"])
async def test_a_range_of_many_digits_harms_nothing(fetch, digits, form):
    response, _ = await fetch(Range=form.replace("{}", "9" * digits))
    assert response.status_code in (200, 206, 416)

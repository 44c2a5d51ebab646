"""Bytes kept of somebody's photos are counted exactly, quickly, and have a limit."""

import time
import uuid

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from colorweb.accounts.models import User
from colorweb.accounts.visitors import Visitor
from colorweb.testing import pictures
from jobs.models import Job, Photo
from jobs.photos import deletion
from jobs.queue import claims, limits
from jobs.sharing import guests
from jobs.storage import access, files
from tests.jobs import make

pytestmark = pytest.mark.django_db(transaction=True)


def of(user: User) -> Visitor:
    return Visitor(user=user, guest="", address="192.0.2.1")


def post(client: Client, **fields):
    return client.post("/api/v1/jobs/", {"image": pictures.upload(), **fields})


def on_disk(photo: Photo) -> int:
    """Bytes of everything in a photo's folder."""
    _, names = default_storage.listdir(photo.folder)
    return sum(default_storage.size(f"{photo.folder}/{name}") for name in names)


def test_a_photo_counts_with_its_previews(script, ada):
    post(script)
    photo = Photo.objects.get()
    assert photo.stored_bytes == on_disk(photo) > photo.bytes
    assert limits.storage(of(ada)) == (photo.stored_bytes, limits.storage(of(ada)).limit)


def test_what_a_deleted_photo_took_is_free_again(script, ada):
    post(script)
    post(script)
    deletion.delete(Photo.objects.all()[0])
    assert limits.storage(of(ada)).used == on_disk(Photo.objects.get())


def test_only_files_that_a_row_points_at_are_counted(script):
    post(script)
    before = Photo.objects.get().stored_bytes
    [job] = claims.claim("test")
    with files.new_file(job.file("gray")) as file:
        file.write(b"written by an attempt that was lost")
    files.delete_attempt(job)
    photo = Photo.objects.get()
    assert photo.stored_bytes == before == on_disk(photo)


def test_a_full_store_takes_no_more_and_keeps_nothing_of_it(script, settings):
    settings.STORED_BYTES = {"guest": 0, "account": 1000}
    answer = post(script)
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert "Retry-After" not in answer
    assert "of 1000 bytes" in answer.json()["detail"].replace("\xa0", " ")
    assert not Photo.objects.exists()
    assert not (settings.MEDIA_ROOT / "photos").exists()


def test_a_photo_that_just_fits_is_taken(script, settings):
    settings.STORED_BYTES = {"guest": 0, "account": len(pictures.encoded())}
    assert post(script).status_code == 201
    assert post(script).status_code == 507


def test_guests_share_what_their_address_may_store(settings):
    settings.STORED_BYTES = {"guest": 2 * len(pictures.encoded()), "account": 0}
    assert post(Client()).status_code == 201
    assert post(Client()).status_code == 507
    assert post(Client(REMOTE_ADDR="203.0.113.9")).status_code == 201


def test_adopted_photos_count_for_the_account(ada):
    guest = Client()
    job = Job.objects.get(pk=post(guest).json()["id"])
    guests.claim_guest_data(job.photo.guest, ada)
    assert limits.storage(of(ada)).used == job.photo.stored_bytes
    assert limits.storage(Visitor(user=None, guest="0" * 32, address="127.0.0.1")).used == 0


def test_lists_of_jobs_follow_an_index_of_their_owner(ada):
    plan = access.jobs_of(of(ada)).order_by("-created_at", "-pk").explain()
    assert "job_of_visitor" in plan
    assert "TEMP B-TREE" not in plan


def test_a_guests_jobs_are_listed_for_the_account_that_claims_them(client, ada):
    job = Job.objects.get(pk=post(client).json()["id"])
    guests.claim_guest_data(job.photo.guest, ada)
    client.force_login(ada)
    assert [each["id"] for each in client.get("/api/v1/jobs/").json()["results"]] == [str(job.pk)]


def test_a_page_says_that_the_store_is_full(client, settings):
    settings.STORED_BYTES = {"guest": 0, "account": 0}
    answer = client.post("/sample/")
    assert answer.status_code == 507
    assert "Your photos use" in answer.content.decode()


@pytest.mark.long
def test_the_sum_stays_quick_with_a_hundred_thousand_photos(ada):
    row = make.photo(owner=ada, guest="")
    Photo.objects.all().delete()

    def photos():
        for _ in range(100_000):
            row.pk, row.stored_bytes = uuid.uuid4(), 1000
            yield Photo(
                **{field.attname: getattr(row, field.attname) for field in Photo._meta.fields}
            )

    Photo.objects.bulk_create(photos(), batch_size=2000)
    start = time.perf_counter()
    assert limits.storage(of(ada)).used == 100_000_000
    assert time.perf_counter() - start < 0.25

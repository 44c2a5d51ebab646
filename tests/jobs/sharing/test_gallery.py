"""What the gallery promises to those who look, to those who publish, and to those who count."""

import threading
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.settings import api_settings

from colorweb.accounts.models import User
from colorweb.accounts.visitors import Visitor
from jobs.models import Job, Like, Photo, State
from jobs.photos import ownership, visibility
from jobs.queue import states
from jobs.sharing import guests, likes
from tests.jobs import make

pytestmark = pytest.mark.django_db(transaction=True)


def titles(page) -> list[str]:
    return [job["photo"]["title"] for job in page.context["photos"]]


def test_pages_begin_where_the_last_one_ended_and_nothing_is_counted(client):
    for number in range(30):
        make.public_photo(str(number))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        first = client.get("/gallery/")
    assert not [query for query in queries if "COUNT(" in query["sql"].upper()]
    make.public_photo("new")
    second = client.get("/gallery/", {"place": first.context["page"].next})
    assert titles(first) + titles(second) == [str(number) for number in reversed(range(30))]
    back = client.get("/gallery/", {"place": second.context["page"].previous})
    assert titles(back) == titles(first)


def test_a_page_costs_the_same_however_many_photos_it_shows(client):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get("/gallery/")
        return len(found)

    make.public_photo()
    few = queries()
    for _ in range(10):
        make.public_photo()
    assert queries() == few


def test_the_most_liked_come_first_and_equals_come_once(client):
    photos = [make.public_photo(str(number)) for number in range(30)]
    for visitor in (1, 2):
        likes.add(make.guest(visitor), photos[7])
    likes.add(make.guest(1), photos[20])
    first = client.get("/gallery/", {"order": "likes"})
    second = client.get("/gallery/", {"order": "likes", "place": first.context["page"].next})
    assert titles(first)[:2] == ["7", "20"]
    assert sorted(titles(first) + titles(second)) == sorted(photo.title for photo in photos)


def test_the_api_goes_through_the_gallery_in_either_order(client):
    photos = [make.public_photo(str(number), alt="A barn.") for number in range(52)]
    likes.add(make.guest(1), photos[3])
    page = client.get("/api/v1/gallery/?order=likes").json()
    assert (page["results"][0]["photo"]["title"], page["previous"]) == ("3", None)
    assert (page["results"][0]["photo"]["likes"], page["results"][0]["photo"]["alt"]) == (
        *(1, "A barn."),
    )
    rest = client.get(page["next"]).json()
    assert (len(page["results"]), len(rest["results"]), rest["next"]) == (50, 2, None)
    answer = client.get("/api/v1/gallery/?order=size")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_choice")


def test_a_page_of_the_api_that_has_emptied_ends_the_walk(client):
    for _ in range(51):
        make.public_photo()
    rest = client.get("/api/v1/gallery/").json()["next"]
    visibility.unpublish(Photo.objects.earliest("published_at"))
    assert client.get(rest).json() == {"next": None, "previous": None, "results": []}


def test_publishing_other_colors_keeps_the_place_and_the_permalink(client):
    photo = make.public_photo()
    new = make.job(photo=photo)
    states.change(new.pk, State.RUNNING, attempt=1)
    states.change(new.pk, State.SUCCEEDED, fence=1)
    visibility.publish(Job.objects.get(pk=new.pk))
    assert Photo.objects.get().published_at == photo.published_at
    page = client.get(f"/photos/{photo.pk}/")
    assert (page.status_code, page.context["job"]["id"]) == (200, str(new.pk))


def test_others_find_a_published_job_at_its_photos_permalink(client):
    photo = make.public_photo()
    answer = client.get(f"/jobs/{photo.version_id}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/photos/{photo.pk}/")


def test_the_permalink_leads_the_owner_to_what_is_not_published(client):
    client.get("/")
    guest = client.cookies["guest"].value.split(":")[0]
    job = make.job(photo=make.photo(guest))
    answer = client.get(f"/photos/{job.photo_id}/")
    assert answer["Location"] == f"/jobs/{job.pk}/"
    assert Client().get(f"/photos/{job.photo_id}/").status_code == 404


def test_title_and_alt_text_are_the_owners_and_stand_wherever_the_photo_is_shown(client):
    client.get("/")
    photo = make.public_photo(guest=client.cookies["guest"].value.split(":")[0])
    words = {"title": " Harvest ", "alt": " Four people on a cart. "}
    address = f"/jobs/{photo.version_id}/words/"
    assert Client().post(address, words).status_code == 404
    client.post(address, words)
    photo.refresh_from_db()
    assert (photo.title, photo.alt) == ("Harvest", "Four people on a cart.")
    for path in ("/gallery/", f"/photos/{photo.pk}/"):
        page = Client().get(path).content.decode()
        assert 'alt="Four people on a cart.' in page
        assert "Harvest" in page


def test_what_the_file_was_called_is_shown_to_nobody_else(client):
    photo = make.public_photo()
    Photo.objects.update(name="aunt-vera-passport.jpg")
    for path in ("/gallery/", f"/photos/{photo.pk}/", "/api/v1/gallery/"):
        assert "passport" not in client.get(path).content.decode()


def test_every_picture_of_gallery_and_photo_page_reserves_its_room(client):
    photo = make.public_photo()
    # The photo's page has the gray one twice: small with a script, large without.
    for path, count in (("/gallery/", 2), (f"/photos/{photo.pk}/", 3)):
        page = client.get(path).content.decode()
        pictures = [tag for tag in page.split("<img")[1:] if "/files/" in tag.split(">")[0]]
        assert len(pictures) == count
        assert all("width=" in tag and "height=" in tag for tag in pictures)


def test_a_visitor_likes_once_and_may_take_it_back(client):
    photo = make.public_photo()

    def like(**fields):
        answer = client.post(f"/photos/{photo.pk}/like/", fields)
        photo.refresh_from_db()
        return answer

    assert like(next="/gallery/?order=likes")["Location"] == "/gallery/?order=likes"
    like()
    assert photo.likes == 1
    assert 'aria-pressed="true"' in client.get(f"/photos/{photo.pk}/").content.decode()
    assert 'aria-pressed="true"' not in Client().get(f"/photos/{photo.pk}/").content.decode()
    assert like(back="", next="https://elsewhere.example/")["Location"] == f"/photos/{photo.pk}/"
    like(back="")
    assert photo.likes == 0


def test_the_api_likes_for_guests_and_accounts(client):
    photo = make.public_photo()
    address = f"/api/v1/gallery/{photo.pk}/like/"
    assert client.put(address).json() == {"likes": 1, "liked": True}
    assert client.put(address).json() == {"likes": 1, "liked": True}
    account = Client()
    account.force_login(User.objects.create_user("ada@example.org"))
    assert account.put(address).json() == {"likes": 2, "liked": True}
    assert client.delete(address).json() == {"likes": 1, "liked": False}
    visibility.unpublish(photo)
    assert client.put(address).status_code == 404


def test_the_count_is_exact_when_many_like_at_once():
    photo = make.public_photo()
    visitors = [make.guest(number % 4) for number in range(12)]
    begin = threading.Barrier(len(visitors))

    def like(visitor: Visitor, back: bool) -> None:
        begin.wait()
        likes.add(visitor, photo)
        if back:
            likes.remove(visitor, photo)
        connection.close()

    threads = [
        threading.Thread(target=partial(like, visitor, number % 3 == 0))
        for number, visitor in enumerate(visitors)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    photo.refresh_from_db()
    assert photo.likes == Like.objects.count()


def test_an_account_that_likes_while_it_adopts_is_counted_once():
    photos = [make.public_photo(str(number)) for number in range(8)]
    user = User.objects.create_user("ada@example.org")
    account, begin = Visitor(user=user, guest="", address=""), threading.Barrier(3)
    for photo in photos:
        likes.add(make.guest(1), photo)
        likes.add(make.guest(2), photo)

    def together(do) -> None:
        begin.wait()
        do()
        connection.close()

    def like_all() -> None:
        for photo in reversed(photos):
            likes.add(account, photo)

    claims = [partial(guests.claim_guest_data, make.guest(number).guest, user) for number in (1, 2)]
    threads = [threading.Thread(target=together, args=[do]) for do in (*claims, like_all)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(Photo.objects.values_list("likes", flat=True)) == {1}
    assert Like.objects.count() == len(photos)


def test_a_guests_likes_come_along_into_the_account_and_go_with_it():
    user = User.objects.create_user("ada@example.org")
    account = Visitor(user=user, guest="", address="")
    both, one = make.public_photo("both"), make.public_photo("one")
    for visitor, photo in ((make.guest(1), both), (make.guest(1), one), (account, both)):
        likes.add(visitor, photo)
    guests.claim_guest_data(make.guest(1).guest, user)
    assert dict(Photo.objects.values_list("title", "likes")) == {"both": 1, "one": 1}
    assert likes.among(account, [both.pk, one.pk]) == {both.pk, one.pk}
    ownership.erase(user)
    assert dict(Photo.objects.values_list("title", "likes")) == {"both": 0, "one": 0}


def test_too_many_likes_are_refused_for_a_while(client, monkeypatch):
    from rest_framework.settings import api_settings  # noqa: PLC0415

    monkeypatch.setitem(api_settings.DEFAULT_THROTTLE_RATES, "like", "2/hour")
    photo = make.public_photo()
    answers = [client.post(f"/photos/{photo.pk}/like/").status_code for _ in range(3)]
    assert answers == [302, 302, 429]
    assert client.put(f"/api/v1/gallery/{photo.pk}/like/").json()["code"] == "throttled"


def test_photos_beside_are_the_gallerys_neighbors(client):
    now = timezone.now()
    first, second, third = (make.public_photo(str(number)) for number in range(3))
    for age, photo in enumerate((third, second, first)):
        Photo.objects.filter(pk=photo.pk).update(published_at=now - timedelta(hours=age))
    page = client.get(f"/photos/{second.pk}/")
    assert (page.context["newer"], page.context["older"]) == (third, first)


def test_one_network_gives_one_photo_a_number_of_likes(monkeypatch):
    """Whatever cookies and accounts it has."""
    monkeypatch.setitem(api_settings.DEFAULT_THROTTLE_RATES, "like_of_photo", "3/day")
    photo, other = make.public_photo(), make.public_photo()
    bob = Client()
    bob.force_login(User.objects.create_user("bob@example.org"))
    address = f"/api/v1/gallery/{photo.pk}/like/"
    clients = [bob, *(Client() for _ in range(3))]
    statuses = [client.put(address).status_code for client in clients]
    assert statuses == [200, 200, 200, 429]
    photo.refresh_from_db()
    assert photo.likes == 3
    assert clients[3].put(f"/api/v1/gallery/{other.pk}/like/").status_code == 200
    assert Client(REMOTE_ADDR="203.0.113.9").put(address).status_code == 200

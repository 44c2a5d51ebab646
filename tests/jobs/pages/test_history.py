"""What the history promises: every photo of mine, found again, dealt with many at a time."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from colorweb.accounts.models import User
from colorweb.accounts.visitors import Visitor
from colorweb.testing import pictures
from jobs.models import Job, Photo, State
from jobs.photos import search
from jobs.queue import claims, positions, states
from jobs.sharing import albums
from tests.jobs import make

pytestmark = pytest.mark.django_db(transaction=True)


def names(client: Client, **filters: str) -> list[str]:
    """Of the files of the photos that are shown; a card has a title in its place."""
    shown = client.get("/history/", filters).context["jobs"]
    return [Photo.objects.get(pk=job["photo"]["id"]).name for job in shown]


def act(client: Client, action: str, *photos: Photo, **fields: str):
    chosen = [str(photo.pk) for photo in photos]
    return client.post(f"/history/{action}/", {"photo": chosen, **fields}, follow=True)


def test_every_photo_of_mine_is_there_and_nobody_elses(browser, ada):
    for number in range(3):
        make.photo_of(ada, f"{number}.jpg")
    make.photo_of(User.objects.create_user("eve@example.org"), "hers.jpg")
    assert names(browser) == ["2.jpg", "1.jpg", "0.jpg"]


def test_guests_have_a_history_too():
    guest = Client()
    assert "hidden>My photos<" in guest.get("/gallery/").content.decode()
    assert names(guest) == []
    guest.post("/", {"image": pictures.upload("mine.jpg")})
    assert names(guest) == ["mine.jpg"]
    assert "hidden>My photos<" not in guest.get("/gallery/").content.decode()
    assert names(Client()) == []


def test_a_photo_shows_its_newest_job(browser, ada):
    old = make.photo_of(ada)
    job = make.job(photo=old)
    (shown,) = browser.get("/history/").context["jobs"]
    assert (shown["id"], shown["status"], shown["versions"]) == (str(job.pk), "queued", 1)
    claims.claim("test")
    assert Photo.objects.get().state == "running"
    states.change(job.pk, State.SUCCEEDED, fence=1, model_name="resnet-gray")
    old.refresh_from_db()
    assert (old.state, old.colored_by) == ("succeeded", "resnet-gray")
    assert browser.get("/history/").context["jobs"][0]["versions"] == 2


def test_an_earlier_job_that_ends_later_does_not_hide_the_newest(ada):
    first = make.job(photo=make.photo(guest="", owner=ada))
    second = make.job(photo=first.photo)
    Job.objects.filter(pk=first.pk).update(state=State.RUNNING)
    states.change(first.pk, State.FAILED)
    found = Photo.objects.get()
    assert (found.newest_id, found.state) == (second.pk, "queued")


def test_search_finds_words_of_name_and_title_in_any_case_and_script(browser, ada):
    make.photo_of(ada, "Бабушка 1931.jpg")
    make.photo_of(ada, "scan-7.tif", title="Harvest in 1931")
    make.photo_of(ada, "100%.png")
    assert names(browser, q="бабушка") == ["Бабушка 1931.jpg"]
    assert names(browser, q="1931 HARVEST") == ["scan-7.tif"]
    assert names(browser, q="%") == ["100%.png"]
    assert names(browser, q="(") == []


def test_filters_by_state_model_and_day(browser, ada):
    now = timezone.now()
    make.photo_of(ada, "waiting.jpg", State.QUEUED)
    make.photo_of(ada, "running.jpg", State.RUNNING)
    make.photo_of(ada, "failed.jpg", State.FAILED)
    make.photo_of(ada, "old.jpg", created_at=now - timedelta(days=9))
    assert names(browser, state="waiting") == ["running.jpg", "waiting.jpg"]
    assert names(browser, state="failed") == ["failed.jpg"]
    assert names(browser, model="resnet-gray-unet") == ["old.jpg"]
    week_ago, today = f"{now - timedelta(days=7):%Y-%m-%d}", f"{now:%Y-%m-%d}"
    assert names(browser, until=week_ago) == ["old.jpg"]
    assert names(browser, since=week_ago, until=today, state="failed") == ["failed.jpg"]


def test_filters_by_album_and_by_who_sees_a_photo(browser, ada):
    photo = make.photo_of(ada, "in an album.jpg")
    make.photo_of(ada, "public.jpg", visibility="public")
    visitor = Visitor(user=ada, guest="", address="")
    album = albums.make(visitor, title="Riga")
    albums.add(album, visitor, [photo.pk])
    assert names(browser, album=str(album.pk)) == ["in an album.jpg"]
    assert names(browser, visibility="public") == ["public.jpg"]
    assert names(browser, visibility="private") == ["in an album.jpg"]


def test_what_is_not_understood_is_not_asked_for(browser, ada):
    make.photo_of(ada)
    assert names(browser, state="lost", since="yesterday", sort="mood", page="7") == ["old.jpg"]


def test_sorting(browser, ada):
    make.photo_of(ada, "b.jpg", stored_bytes=3)
    make.photo_of(ada, "c.jpg", stored_bytes=1)
    make.photo_of(ada, "a.jpg", stored_bytes=2)
    assert names(browser) == ["a.jpg", "c.jpg", "b.jpg"]
    assert names(browser, sort="oldest") == ["b.jpg", "c.jpg", "a.jpg"]
    assert names(browser, sort="name") == ["a.jpg", "b.jpg", "c.jpg"]
    assert names(browser, sort="bytes") == ["b.jpg", "a.jpg", "c.jpg"]


def test_pages_keep_the_filters(browser, ada):
    for number in range(61):
        make.photo_of(ada, f"{number:02}.jpg", State.FAILED)
    first = browser.get("/history/", {"state": "failed", "sort": "name"})
    assert len(first.context["jobs"]) == 60
    address = f"?state=failed&amp;sort=name&amp;page={first.context['page'].next}"
    assert address.replace("&amp;", "&") in first.content.decode().replace("&amp;", "&")
    last = browser.get(f"/history/{address.replace('&amp;', '&')}")
    assert [job["name"] for job in last.context["jobs"]] == ["60.jpg"]


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.QUEUED])
def test_sixty_photos_cost_no_more_queries_than_one(browser, ada, state):
    def queries() -> int:
        browser.get("/history/")  # the session, the content types, what is known for some seconds
        with CaptureQueriesContext(connection) as counted:
            browser.get("/history/")
        return len(counted)

    make.photo_of(ada, state=state)
    one = queries()
    for _ in range(59):
        make.photo_of(ada, state=state)
    assert queries() == one <= 9


def test_positions_are_those_of_each_alone():
    jobs = [make.job(owner) for owner in ("a", "b", "a", "a", "c")]
    expected = {job.pk: positions.positions([job])[job.pk] for job in jobs}
    assert positions.positions(jobs) == expected
    assert set(expected.values()) == {1, 2, 3, 4, 5}


def test_many_are_deleted_into_the_trash(browser, ada):
    gone = [make.photo_of(ada, f"{number}.jpg") for number in range(2)]
    make.photo_of(ada, "kept.jpg")
    page = act(browser, "delete", *gone)
    assert "2 photos are in" in page.content.decode()
    assert names(browser) == ["kept.jpg"]
    assert len(browser.get("/trash/").context["photos"]) == 2


def test_many_are_published_and_reverted(browser, ada):
    done, waiting = make.photo_of(ada, title="Harvest"), make.photo_of(ada, state=State.QUEUED)
    page = act(browser, "publish", done, waiting)
    assert "1 photo is in the gallery." in page.content.decode()
    assert "Harvest" in Client().get("/gallery/").content.decode()
    act(browser, "unpublish", done, waiting)
    assert set(Photo.objects.values_list("visibility", flat=True)) == {"private"}


def test_many_are_colored_again_and_the_old_results_stay(browser, ada):
    first, second = make.photo_of(ada), make.photo_of(ada)
    running = make.photo_of(ada, state=State.RUNNING)
    old = {first.newest_id, second.newest_id}
    options = {"model": "resnet-gray-unet", "network_size": "384"}
    page = act(browser, "again", first, second, running, **options)
    assert "2 photos are waiting." in page.content.decode()
    new = Job.objects.filter(state=State.QUEUED)
    assert {(job.model, job.network_size) for job in new} == {("resnet-gray-unet", 384)}
    assert set(Job.objects.filter(state=State.SUCCEEDED).values_list("pk", flat=True)) == old


def test_many_get_one_look(browser, ada):
    first, second = make.photo_of(ada), make.photo_of(ada)
    page = act(browser, "look", first, second, vividness="1.5", tones="0.5").content.decode()
    assert "The look of 2 photos is changed." in page
    assert {photo.look for photo in Photo.objects.all()} == {(1.5, 0.5)}


def test_a_limit_stops_many_where_it_is_met_and_says_so(browser, ada, settings):
    settings.PHOTOS_WAITING = {"account": 1, "guest": 1}
    photos = make.photo_of(ada), make.photo_of(ada)
    page = act(browser, "again", *photos, network_size="384").content.decode()
    assert "1 photo is waiting." in page
    assert "1 of your photos are waiting already" in page


def test_what_failed_is_tried_again_and_what_waits_is_canceled(browser, ada):
    failed, waiting = make.photo_of(ada, state=State.FAILED), make.photo_of(ada, state=State.QUEUED)
    act(browser, "cancel", failed, waiting)
    assert Photo.objects.get(pk=waiting.pk).state == "canceled"
    act(browser, "retry", failed, waiting)
    assert set(Photo.objects.values_list("state", flat=True)) == {"queued"}


@pytest.mark.parametrize("action", ["delete", "publish", "cancel", "retry", "again"])
def test_a_stranger_can_do_nothing_with_them(ada, action):
    mine = make.photo_of(ada, state=State.QUEUED)
    stranger = Client()
    stranger.force_login(User.objects.create_user("eve@example.org"))
    page = act(stranger, action, mine)
    assert "Choose photos first." in page.content.decode()
    mine.refresh_from_db()
    assert (mine.state, mine.trashed_at, mine.jobs.count()) == ("queued", None, 1)


def test_one_comes_back_to_the_page_one_was_on(browser, ada):
    back = "/history/?state=failed"
    answer = browser.post("/history/cancel/", {"photo": str(make.photo_of(ada).pk), "next": back})
    assert answer["Location"] == back
    answer = browser.post("/history/cancel/", {"next": "//elsewhere.example/"})
    assert answer["Location"] == "/history/"
    assert browser.post("/history/paint/").status_code == 404


def test_storage_and_quota_are_shown(browser, ada, settings):
    settings.STORED_BYTES = {"account": 5_000_000_000, "guest": 1}
    make.photo_of(ada, stored_bytes=1_500_000)
    page = browser.get("/history/").content.decode().replace("\xa0", " ")
    assert "1.4 MB of 4.7 GB used" in page


def test_the_sum_of_what_is_stored_is_not_made_for_every_page(browser, ada):
    make.photo_of(ada, stored_bytes=1_500_000)
    browser.get("/history/")
    with CaptureQueriesContext(connection) as counted:
        browser.get("/history/")
    assert not [query for query in counted if "SUM(" in query["sql"]]


def test_every_order_and_filter_has_its_index(ada):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads small tables whole")
    photos = Photo.objects.filter(trashed_at=None, owner=ada)
    for order in search.ORDERS.values():
        sign = "-" if order.startswith("-") else ""
        plan = photos.order_by(order, f"{sign}pk")[:60].explain()
        assert "USING INDEX photo_history" in plan
        assert "TEMP B-TREE" not in plan

"""What `bench.large` measures."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

Page = tuple[str, tuple[Any, ...], dict[str, Any]]
"""The name of an address, its arguments, and the query."""


def views(owner: Any) -> dict[str, Callable[[], object]]:
    """What is measured: name -> what does it."""
    from django.test import Client  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    from jobs import tasks  # noqa: PLC0415
    from jobs.models import Album, Job  # noqa: PLC0415

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(owner)
    waiting = Job.objects.filter(state="queued").order_by("-turn").values_list("pk", flat=True)
    done = Job.objects.filter(state="succeeded", visitor_key=f"user-{owner.pk}").first()
    assert done

    def get(name: str, *arguments: Any, **query: Any) -> Callable[[], object]:
        address = f"{reverse(name, args=arguments)}?{urlencode(query, doseq=True)}"

        def ask() -> None:
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.status_code, answer.content[:300])

        return ask

    album = Album.objects.get(title="Large")
    pages = {
        **api(owner, done, list(waiting[:50]), album),
        **site(owner, done, waiting[0], album),
        **{f"history {name}": ("history", (), query) for name, query in history(done, album)},
        **{
            f"console {name}": (f"admin:{page}", arguments, query)
            for name, page, arguments, query in console(done)
        },
        "metrics": ("metrics", (), {}),
    }
    return {
        **{
            name: get(page, *arguments, **query) for name, (page, arguments, query) in pages.items()
        },
        "claim": lambda: claim(1),
        "claim of 16": lambda: claim(16),
        "reap": tasks.reap,
    }


def api(owner: Any, job: Any, waiting: list[Any], album: Any) -> dict[str, Page]:
    """Of REST: name -> address, its arguments and parameters."""
    jobs, until = "api-jobs", {"created_before": job.created_at.isoformat()}
    return {
        "GET jobs/": (jobs, (), {}),
        "GET jobs/?status=failed": (jobs, (), {"status": "failed"}),
        "GET jobs/?status=queued": (jobs, (), {"status": "queued"}),
        "GET jobs/?status=succeeded&status=failed": (jobs, (), {"status": ["succeeded", "failed"]}),
        "GET jobs/?status=canceled": (jobs, (), {"status": "canceled"}),
        "GET jobs/?reference=": (jobs, (), {"reference": "none"}),
        "GET jobs/?created_before=": (jobs, (), until),
        "GET jobs/ of 50 that wait": (jobs, (), {"id": waiting}),
        "GET jobs/{id}/ that waits": ("api-job", (waiting[0],), {}),
        "GET jobs/{id}/ that is done": ("api-job", (job.pk,), {}),
        "GET photos/": ("api-photos", (), {}),
        "GET photos/?created_before=": ("api-photos", (), until),
        "GET photos/{id}/versions/": ("api-photo-versions", (job.photo_id,), {}),
        "GET gallery/": ("api-gallery", (), {}),
        "GET trash/": ("api-trash", (), {}),
        "GET albums/": ("api-albums", (), {}),
        "GET albums/{id}/": ("api-album", (album.pk,), {}),
        "GET albums/{id}/photos/ (all)": ("api-album-photos", (album.pk,), {}),
        "GET batches/": ("api-batches", (), {}),
        "GET archives/": ("api-archives", (), {}),
        "GET webhooks/{id}/deliveries/": (
            *("api-webhook-deliveries", (owner.webhooks.get().pk,)),
            {},
        ),
        "GET me/": ("api-me", (), {}),
        "GET queue/": ("api-queue", (), {}),
    }


def site(owner: Any, job: Any, waiting: Any, album: Any) -> dict[str, Page]:
    """Of pages but the history, in the same way."""
    from jobs.models import Photo  # noqa: PLC0415

    public = Photo.objects.filter(visibility="public", trashed_at=None).earliest("published_at")
    return {
        "home": ("home", (), {}),
        "trash": ("trash", (), {}),
        "albums": ("albums", (), {}),
        "album": ("album", (album.pk,), {}),
        "gallery": ("gallery", (), {}),
        "gallery most liked": ("gallery", (), {"order": "likes"}),
        "gallery searched": ("gallery", (), {"q": "horse ab12"}),
        "page of a photo": ("job", (job.pk,), {}),
        "page of a photo that waits": ("job", (waiting,), {}),
        "photo in the gallery": ("photo", (public.pk,), {}),
        "account": ("account", (), {}),
        "account's webhook": ("account-webhook", (owner.webhooks.get().pk,), {}),
    }


def history(job: Any, album: Any) -> Iterable[tuple[str, dict[str, str]]]:
    """Ways through one's photos: name, parameters of the page."""
    day = f"{job.created_at:%Y-%m-%d}"
    ways = {
        "newest": {},
        "oldest": {"sort": "oldest"},
        "by name": {"sort": "name"},
        "by space": {"sort": "bytes"},
        "in color": {"state": "succeeded"},
        "in color by name": {"state": "succeeded", "sort": "name"},
        "failed": {"state": "failed"},
        "failed by name": {"state": "failed", "sort": "name"},
        "canceled": {"state": "canceled"},
        "waiting": {"state": "waiting"},
        "public": {"visibility": "public"},
        "unlisted": {"visibility": "unlisted"},
        "one model": {"model": "resnet-gray-unet"},
        "model never used": {"model": "resnet-gray"},
        "album": {"album": str(album.pk)},
        "until a day": {"until": day},
        "since a day": {"since": day, "sort": "oldest"},
        "since a day by name": {"since": day, "sort": "name"},
        "searched": {"q": "scan ab12"},
        "searched by name": {"q": "scan ab12", "sort": "name"},
        "searched in vain": {"q": "nothing of that name"},
        "searched one letter": {"q": "q"},
    }
    return ways.items()


def console(job: Any) -> Iterable[tuple[str, str, tuple[Any, ...], dict[str, Any]]]:
    """The console's pages: name, address, its arguments and parameters."""
    photos, public, jobs = (f"jobs_{model}_changelist" for model in ("photo", "publicphoto", "job"))
    month = {"created_at__gte": f"{job.created_at:%Y-%m-01} 00:00:00+00:00"}
    users = "accounts_user_changelist"
    found: dict[str, Page] = {
        "first page": ("index", (), {}),
        "jobs": (jobs, (), {}),
        "jobs page 1000": (jobs, (), {"p": 1000}),
        "jobs failed": (jobs, (), {"state__exact": "failed"}),
        "jobs queued": (jobs, (), {"state__exact": "queued"}),
        "jobs running": (jobs, (), {"state__exact": "running"}),
        "jobs since a month": (jobs, (), month),
        "jobs by time": (jobs, (), {"o": "-6"}),
        "job searched": (jobs, (), {"q": str(job.photo_id)}),
        "job": ("jobs_job_change", (job.pk,), {}),
        "photos": (photos, (), {}),
        "photos private": (photos, (), {"visibility__exact": "private"}),
        "photos unlisted": (photos, (), {"visibility__exact": "unlisted"}),
        "photos since a month": (photos, (), month),
        "photos by time": (photos, (), {"o": "-7"}),
        "photos searched": (photos, (), {"q": "77@example.org"}),
        "photos of the largest owner": (photos, (), {"q": "owner@example.org"}),
        "photo": ("jobs_photo_change", (job.photo_id,), {}),
        "photo deleted": ("jobs_photo_delete", (job.photo_id,), {}),
        "public photos": (public, (), {}),
        "public photos hidden": (public, (), {"hidden": "yes"}),
        "public photos shown": (public, (), {"hidden": "no"}),
        "public photos by likes": (public, (), {"o": "-4"}),
        "public photos searched": (public, (), {"q": "horse ab12"}),
        "reports": ("jobs_report_changelist", (), {}),
        "reports closed": ("jobs_report_changelist", (), {"closed": "all"}),
        "reports searched": ("jobs_report_changelist", (), {"q": "horse"}),
        "accounts": (users, (), {}),
        "accounts searched": (users, (), {"q": "77@example"}),
        "accounts of staff": (users, (), {"is_staff__exact": 1}),
        "addresses": ("account_emailaddress_changelist", (), {}),
        "addresses searched": ("account_emailaddress_changelist", (), {"q": "77@example"}),
        "sessions": ("usersessions_usersession_changelist", (), {}),
        "sessions searched": ("usersessions_usersession_changelist", (), {"q": "77@example"}),
        "tokens": ("accounts_apitoken_changelist", (), {}),
        "actions": ("audit_action_changelist", (), {}),
        "actions of a kind": ("audit_action_changelist", (), {"what": "what 7"}),
        "actions searched": ("audit_action_changelist", (), {"q": "photo 77"}),
    }
    return ((name, *page) for name, page in found.items())


def claim(count: int) -> None:
    """Claim so many jobs, and leave them waiting."""
    from django.db import transaction  # noqa: PLC0415

    from jobs.queue import claims  # noqa: PLC0415

    with transaction.atomic():
        assert len(claims.claim("bench", count)) == count
        transaction.set_rollback(True)

"""A million photos and 50,000 that wait, on PostgreSQL: lists and pages beside those with 1,000.

Not part of `make bench`: filling takes minutes. `make bench ARGS='pages --large'`
"""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from statistics import median
from typing import Any
from urllib.parse import urlencode

from bench import filled
from bench.rows import Row, ms
from colorweb import runtime
from colorweb.testing import postgres, valkey

SMALL, LARGE, QUICK = (1_000, 50), (1_000_000, 50_000), (100_000, 10_000)
"""Photos with a result, and photos that wait."""
SHARE = 5
"""One owner has one in so many of the first, and all that wait; the others 100 each."""
AIM_MS, AIM_CLAIM_MS, AIM_RATIO = 100, 15, 3


def rows(*, quick: bool) -> list[Row]:
    """Each view, slowest first."""
    with postgres.server() as server, ExitStack() as stack:
        sizes = SMALL, QUICK if quick else LARGE
        small, large = (
            stack.enter_context(filled.process("bench.large", *size, server=server.url))
            for size in sizes
        )
        times = {}
        for view in large("views").split(","):
            pairs = [(float(small(view)), float(large(view))) for _ in range(7 if quick else 17)]
            times[view] = tuple(median(side) for side in zip(*pairs[2:], strict=True))
            print(f"  {view}: {times[view][0]:.1f} ms, {times[view][1]:.1f} ms", file=sys.stderr)
    return [
        Row(
            f"{view}, {sizes[1][0]:,} + {sizes[1][1]:,} photos, PostgreSQL",
            ms(many),
            f"{ms(few)} with {sizes[0][0]:,} + {sizes[0][1]:,}",
            f"{many / few:.2f} x",
            f"under {AIM_CLAIM_MS} ms" if view == "claim" else f"{AIM_MS} ms or {AIM_RATIO} x",
        )
        for view, (few, many) in sorted(times.items(), key=lambda each: -each[1][1])
    ]


def main(photos: int, waiting: int) -> None:
    """Fills the database, then does what each line of the input names."""
    filled.set_up()
    functions = views(fill(photos, waiting))
    runtime.run_dir().mkdir(parents=True, exist_ok=True)
    broker = valkey.start(runtime.run_dir() / "broker.sock", "noeviction")
    clock = filled.clock()
    print("ready", flush=True)
    for line in sys.stdin:
        name = line.strip()
        if name == "views":
            print(",".join(functions), flush=True)
            continue
        start = clock()
        functions[name]()
        print((clock() - start) * 1000, flush=True)
    broker.terminate()


def fill(photos: int, waiting: int) -> Any:
    """The rows, most of them made by the server itself; their owner with the most photos."""
    from django.db import connection, transaction  # noqa: PLC0415

    from colorweb.accounts.models import User  # noqa: PLC0415
    from jobs.models import Job, Photo  # noqa: PLC0415

    others = (photos - photos // SHARE) // 100
    staff = User(email="owner@example.org", is_staff=True, is_superuser=True)
    users = [staff, *(User(email=f"{number}@example.org") for number in range(others))]
    User.objects.bulk_create(users, 2_000)
    photo = Photo.objects.create(
        owner=staff, source="photos/a.jpg", format="jpeg", bytes=10**6, width=1600, height=1200
    )
    job = Job.objects.create(photo=photo, queue_owner="user:1", turn=0, frame="256x336")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no foreign keys: quicker
        for statement in (
            *_done(photo, job, photos, f"{staff.pk} + 1 + n % {others}"),
            *_waiting(photo, job, waiting, photos),
        ):
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    photo.delete()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as its autovacuum does
    return staff


def _done(photo: Any, job: Any, count: int, another: str) -> tuple[str, str]:
    """Photos that were colored, and some that failed; the first are the owner's."""
    owner = f"CASE WHEN n <= {count // SHARE} THEN {photo.owner_id} ELSE {another} END"
    age = f"now() - ({count} - n) * interval '1 minute'"
    state = "CASE WHEN n % 100 = 0 THEN 'failed' ELSE 'succeeded' END"
    photo_id, job_id = "md5('p' || n)::uuid", "md5('j' || n)::uuid"
    photos = _copies(
        photo,
        count,
        id=photo_id,
        created_at=age,
        state=state,
        owner_id=owner,
        name="'scan ' || md5(n::text) || '.jpg'",
        stored_bytes="n * 7919 % 10000000",
        newest_id=job_id,
        version_id=f"CASE WHEN n % 100 > 0 THEN {job_id} END",
        colored_by="'resnet-gray-unet'",
        visibility="CASE WHEN n % 2 = 1 THEN 'public' ELSE 'private' END",
        published_at=f"CASE WHEN n % 2 = 1 THEN {age} END",
        likes="n * 31 % 1000",
        trashed_at=f"CASE WHEN n % 50 = 8 THEN {age} END",
    )
    jobs = _copies(
        job,
        count,
        id=job_id,
        created_at=age,
        state=state,
        photo_id=photo_id,
        visitor_key=f"'user-' || ({owner})",
        queue_owner="'user:' || n % 10000",
        stage="'done'",
        turn="n",
        result="'photos/b.jpg'",
        model_name="'resnet-gray-unet'",
        started_at=age,
        finished_at=age,
    )
    return photos, jobs


def _waiting(photo: Any, job: Any, count: int, turn: int) -> tuple[str, str]:
    """Photos of the owner that wait for their turns, which come after `turn`."""
    waits = {"created_at": "now() + n * interval '1 millisecond'", "state": "'queued'"}
    photo_id, job_id = "md5('wp' || n)::uuid", "md5('wj' || n)::uuid"
    return (
        _copies(photo, count, **waits, id=photo_id, newest_id=job_id),
        _copies(job, count, **waits, id=job_id, photo_id=photo_id, turn=f"{turn} + n"),
    )


def _copies(like: Any, count: int, **expressions: str) -> str:
    """A statement that inserts rows like one, but for columns with an expression of `n`, from 1."""
    meta = like._meta  # noqa: SLF001 - Django's own way
    columns = [field.column for field in meta.concrete_fields]
    values = [expressions.get(column, f't."{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    return (
        f'INSERT INTO "{meta.db_table}" ({names}) SELECT {", ".join(values)} '  # noqa: S608
        f"FROM \"{meta.db_table}\" t, generate_series(1, {count}) n WHERE t.id = '{like.pk}'"
    )


def views(owner: Any) -> dict[str, Callable[[], object]]:
    """What is measured: name -> what does it."""
    from django.test import Client  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    from jobs.models import Job  # noqa: PLC0415
    from jobs.queue import claims  # noqa: PLC0415

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(owner)
    waiting = Job.objects.filter(state="queued").order_by("-turn").values_list("pk", flat=True)
    ids = [("id", key) for key in waiting[:50]]
    photo = Job.objects.filter(state="succeeded", visitor_key=f"user-{owner.pk}").first()
    assert photo

    def get(name: str, *arguments: Any, **query: Any) -> Callable[[], object]:
        address = f"{reverse(name, args=arguments)}?{urlencode(query, doseq=True)}"

        def ask() -> None:
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.status_code, answer.content[:300])

        return ask

    jobs = reverse("api-jobs")
    return {
        "GET jobs/": get("api-jobs"),
        "GET jobs/?status=failed": get("api-jobs", status="failed"),
        "GET jobs/?status=queued": get("api-jobs", status="queued"),
        "GET jobs/ of 50 that wait": lambda: client.get(f"{jobs}?{urlencode(ids)}"),
        "GET jobs/{id}/ that waits": get("api-job", ids[0][1]),
        "GET photos/": get("api-photos"),
        "GET queue/": get("api-queue"),
        "home": get("home"),
        "history": get("history"),
        "history in color": get("history", state="succeeded"),
        "history failed": get("history", state="failed"),
        "history by name": get("history", sort="name"),
        "history searched": get("history", q="scan ab12"),
        "trash": get("trash"),
        "gallery": get("gallery"),
        "gallery most liked": get("gallery", order="likes"),
        "page of a photo": get("job", photo.pk),
        "account": get("account"),
        "console": get("admin:index"),
        "console jobs": get("admin:jobs_job_changelist"),
        "console failed jobs": get("admin:jobs_job_changelist", state__exact="failed"),
        "console photos": get("admin:jobs_photo_changelist"),
        "console public photos": get("admin:jobs_publicphoto_changelist"),
        "console accounts": get("admin:accounts_user_changelist"),
        "console photos searched": get("admin:jobs_photo_changelist", q="77@example.org"),
        "console accounts searched": get("admin:accounts_user_changelist", q="77@example"),
        "metrics": get("metrics"),
        "claim": lambda: claim(1),
        "claim of 16": lambda: claim(16),
        "reap": claims.reap,
    }


def claim(count: int) -> None:
    """Claim so many jobs, and leave them waiting."""
    from django.db import transaction  # noqa: PLC0415

    from jobs.queue import claims  # noqa: PLC0415

    with transaction.atomic():
        assert len(claims.claim("bench", count)) == count
        transaction.set_rollback(True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

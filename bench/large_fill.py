"""The rows of `bench.large`, most of them made by the server itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

SHARE = 5
"""One owner has one in so many of the first, and all that wait; the others 100 each."""


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
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        with _no_indexes(cursor, Photo, Job):
            for statement in (
                *_done(photo, job, photos, f"{staff.pk} + 1 + n % {others}"),
                *_waiting(photo, job, waiting, photos),
            ):
                cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        for statement in _beside(staff, photo, photos, others):
            cursor.execute(statement)
    photo.delete()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as its autovacuum does
    return staff


@contextmanager
def _no_indexes(cursor: Any, *models: Any) -> Iterator[None]:
    """Indexes of these tables are made after the block: rows of random keys fill them slowly."""
    cursor.execute(
        "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i "
        "JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = ANY(%s::regclass[]) "
        "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)",
        [[model._meta.db_table for model in models]],  # noqa: SLF001 - Django's own way
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _name, definition in indexes:
        cursor.execute(definition)


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
        stored_bytes="n::bigint * 7919 % 10000000",
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


def _beside(staff: Any, photo: Any, photos: int, others: int) -> Iterator[str]:
    """Of everything else that lists show, each a tenth of the photos or less."""
    from colorweb.audit.models import Action  # noqa: PLC0415
    from jobs.models import Report  # noqa: PLC0415

    many = photos // 10
    age = f"now() - ({many} - n) * interval '1 minute'"
    report = Report.objects.create(photo=photo, reason="spam", visitor="user-0")
    yield _copies(
        report,
        many // 10,
        photo_id="md5('p' || 2 * n - 1)::uuid",
        created_at=age,
        closed_at="CASE WHEN n % 10 > 0 THEN now() END",
    )
    action = Action.objects.create(via="console", who="staff@example.org", what="photo hidden")
    yield _copies(action, many, at=age, what="'what ' || n % 20", target="'photo ' || n")
    yield from _of_accounts(staff, others, age)
    yield from _of_programs(staff, many, age)
    yield from _albums(staff, photo, many)


def _of_accounts(staff: Any, others: int, age: str) -> Iterator[str]:
    from allauth.account.models import EmailAddress  # noqa: PLC0415
    from allauth.usersessions.models import UserSession  # noqa: PLC0415

    from colorweb.accounts.models import ApiToken  # noqa: PLC0415

    user = f"{staff.pk} + n"
    address = EmailAddress.objects.create(user=staff, email="a@example.org")
    yield _copies(address, others, user_id=user, email="n || '@example.org'")
    session = UserSession.objects.create(user=staff, ip="192.0.2.1", session_key="k")
    yield _copies(session, others, user_id=user, session_key="'k' || n", created_at=age)
    token = ApiToken.objects.create(user=staff, name="script", prefix="cw_", digest="d")
    yield _copies(token, others, user_id=user, digest="'d' || n", created_at=age)


def _of_programs(staff: Any, many: int, age: str) -> Iterator[str]:
    from django.utils import timezone  # noqa: PLC0415

    from jobs.models import Archive, Batch, WebhookDelivery, WebhookEndpoint  # noqa: PLC0415

    now = timezone.now()
    batch = Batch.objects.create(owner=staff, queue_owner="user:1", entries=1, finished_at=now)
    yield _copies(batch, many // 10, id="md5('b' || n)::uuid", created_at=age)
    ends = now + timedelta(days=1)
    archive = Archive.objects.create(owner=staff, state="succeeded", total=1, expires_at=ends)
    yield _copies(archive, many // 100, id="md5('a' || n)::uuid", created_at=age)
    endpoint = WebhookEndpoint.objects.create(owner=staff, url="https://example.org/", secret="")
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint, event="job.succeeded", state="delivered", due_at=now
    )
    yield _copies(
        delivery, many, id="md5('d' || n)::uuid", job_id="md5('j' || n)::uuid", created_at=age
    )


def _albums(staff: Any, photo: Any, many: int) -> Iterator[str]:
    """One of a twentieth of `many` photos, and up to 200 small ones."""
    from jobs.models import Album, AlbumPhoto  # noqa: PLC0415

    albums, photo_id = min(200, many // 10), "md5('p' || n)::uuid"
    album = Album.objects.create(owner=staff, title="Large")
    place = AlbumPhoto.objects.create(album=album, photo=photo, position=0)
    yield _copies(place, many // 20, photo_id=photo_id, position="n")
    yield _copies(album, albums, id="md5('al' || n)::uuid", title="'Album ' || n")
    yield _copies(
        place,
        many // 5,
        album_id=f"md5('al' || 1 + n % {albums})::uuid",
        photo_id=photo_id,
        position=f"n / {albums}",
    )


def _copies(like: Any, count: int, **expressions: str) -> str:
    """A statement that inserts rows like one, but for columns with an expression of `n`, from 1."""
    meta = like._meta  # noqa: SLF001 - Django's own way
    numbered = "AutoField" in meta.pk.get_internal_type()
    columns = [
        field.column for field in meta.concrete_fields if not (numbered and field.primary_key)
    ]
    values = [expressions.get(column, f't."{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    return (
        f'INSERT INTO "{meta.db_table}" ({names}) SELECT {", ".join(values)} '  # noqa: S608
        f"FROM \"{meta.db_table}\" t, generate_series(1, {count}) n WHERE t.id = '{like.pk}'"
    )

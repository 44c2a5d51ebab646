"""The history and the gallery with 100,000 photos in the database, against the same with 1,000."""

import random
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from statistics import median
from typing import Any
from urllib.parse import urlencode

from bench import filled
from bench.rows import Row, ms
from colorweb.testing import postgres

AIM = 1.3
SMALL, LARGE = 1_000, 100_000
OWNED = 100
"""Photos of each owner where there are many owners."""
FAILED = 60
"""Of each owner's photos the oldest have failed: few among many, and a page full."""
BATCH = 2_000
PAGES = {
    "history": ("newest", "in the middle", "by name", "by space", "failed", "one model"),
    "gallery": ("newest", "in the middle", "most liked"),
}


def rows(*, quick: bool) -> list[Row]:
    """Both pages, on SQLite and on PostgreSQL."""
    with postgres.server() as server:
        return [
            *_rows_on("SQLite", None, quick=quick),
            *_rows_on("PostgreSQL", server.url, quick=quick),
        ]


def _rows_on(database: str, server: str | None, *, quick: bool) -> list[Row]:
    found = []
    for owners, of_whom in ((False, "of one owner"), (True, f"of owners with {OWNED} each")):
        with ExitStack() as stack:
            counts = SMALL, LARGE // (10 if quick else 1)
            small, large = (
                stack.enter_context(site(count, count // OWNED if owners else 1, server))
                for count in counts
            )
            for page in PAGES:
                few, many, view = _worst(page, small, large, repeats=5 if quick else 15)
                found.append(
                    Row(
                        f"{page}, {counts[1]:,} photos {of_whom}, {database}",
                        ms(many),
                        f"{ms(few)} with {SMALL:,}",
                        f"{many / few:.2f} x ({view})",
                        f"at most {AIM} x",
                    )
                )
    return found


def _worst(
    page: str, small: Callable[[str], float], large: Callable[[str], float], *, repeats: int
) -> tuple[float, float, str]:
    """Milliseconds with few and with many photos, of the view which the many slow most."""
    found = []
    for view in PAGES[page]:
        pairs = [(small(f"{page} {view}"), large(f"{page} {view}")) for _ in range(repeats + 2)]
        few, many = (median(side) for side in zip(*pairs[2:], strict=True))  # caches are warm
        print(f"  {page} {view}: {few:.1f} ms, {many:.1f} ms", file=sys.stderr)
        found.append((few, many, view))
    return max(found, key=lambda times: times[1] / times[0])


@contextmanager
def site(count: int, owners: int, server: str | None) -> Iterator[Callable[[str], float]]:
    """A process with that number of photos; called with a page, renders it and prints the ms."""
    with filled.process("bench.pages", count, owners, server=server) as ask:
        yield lambda page: float(ask(page))


def main(count: int, owners: int) -> None:
    """Fills the database, then renders each page that a line of the input names."""
    filled.set_up()
    from django.test import Client  # noqa: PLC0415

    owner = _fill(count, owners)
    addresses = _addresses(owner)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(owner)
    clock = filled.clock()
    print("ready", flush=True)
    for line in sys.stdin:
        start = clock()
        answer = client.get(addresses[line.strip()])
        print((clock() - start) * 1000, flush=True)
        assert answer.status_code == 200
        assert answer.content.count(b"<img ") > 20


def _fill(count: int, owners: int) -> Any:
    """That number of photos, spread over the owners in turn, all but the failed ones published."""
    from django.db import connection, transaction  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from colorweb.accounts.models import User  # noqa: PLC0415
    from jobs.models import Job, Photo  # noqa: PLC0415

    users = [User(email=f"{number}@example.org") for number in range(owners)]
    User.objects.bulk_create(users, BATCH)
    rng, now = random.Random(0), timezone.now()  # noqa: S311
    photo = Photo(source="photos/a.jpg", format="jpeg", bytes=10**6, width=1600, height=1200)
    job = Job(stage="done", queue_owner="user:1", frame="256x336", created_at=now)
    photos, jobs = Copies(photo), Copies(job)
    for number in range(count):
        photo_id, job_id = uuid.uuid4(), uuid.uuid4()
        moment = now - timedelta(minutes=count - number)
        failed = number // owners < FAILED
        state, model = ("failed", "") if failed else ("succeeded", "resnet-gray-unet")
        photos.add(
            id=photo_id,
            owner_id=users[number % owners].pk,
            name=f"{rng.randrange(10**9)}.jpg",
            stored_bytes=rng.randrange(10**7),
            created_at=moment,
            newest_id=job_id,
            state=state,
            colored_by=model,
            visibility="private" if failed else "public",
            published_at=None if failed else moment,
            version_id=None if failed else job_id,
            likes=rng.randrange(1000),
        )
        result = "" if failed else "photos/b.jpg"
        jobs.add(
            id=job_id,
            photo_id=photo_id,
            visitor_key=f"user-{users[number % owners].pk}",
            state=state,
            turn=number,
            model_name=model,
            result=result,
        )
        if len(jobs.rows) == BATCH or number == count - 1:
            with transaction.atomic():  # each names the other
                photos.insert()
                jobs.insert()
    if connection.vendor == "postgresql":  # as its autovacuum does
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return users[0]


class Copies:
    """Rows like that of one instance but for some fields; far quicker than an instance each."""

    def __init__(self, like: Any) -> None:
        from django.db import connection  # noqa: PLC0415

        meta = like._meta  # noqa: SLF001 - Django's own way
        fields = meta.concrete_fields
        names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
        values = ", ".join(["%s"] * len(fields))
        self.sql = f"INSERT INTO {meta.db_table} ({names}) VALUES ({values})"  # noqa: S608
        self.prepared: Callable[[Any, Any], Any] = lambda field, value: field.get_db_prep_save(
            value, connection
        )
        self.like = [self.prepared(field, getattr(like, field.attname)) for field in fields]
        self.fields = {field.attname: (place, field) for place, field in enumerate(fields)}
        self.rows: list[list[Any]] = []

    def add(self, **changed: Any) -> None:
        """One more row."""
        row = self.like.copy()
        for name, value in changed.items():
            place, field = self.fields[name]
            row[place] = self.prepared(field, value)
        self.rows.append(row)

    def insert(self) -> None:
        """Write the rows that were added."""
        from django.db import connection  # noqa: PLC0415

        with connection.cursor() as cursor:
            cursor.executemany(self.sql, self.rows)
        self.rows.clear()


def _addresses(owner: Any) -> dict[str, str]:
    """Where each view of each page is for this owner."""
    from django.urls import reverse  # noqa: PLC0415

    from colorweb import keyset  # noqa: PLC0415
    from jobs.models import Photo  # noqa: PLC0415
    from jobs.photos import search  # noqa: PLC0415
    from jobs.sharing import gallery  # noqa: PLC0415

    def history_page(**query: str) -> str:
        assert query.get("sort", "newest") in search.ORDERS, query
        return f"{reverse('history')}?{urlencode(query)}"

    def gallery_page(**query: str) -> str:
        assert query.get("order", "newest") in gallery.ORDERS, query
        return f"{reverse('gallery')}?{urlencode(query)}"

    mine, public = Photo.objects.filter(owner=owner), Photo.objects.filter(visibility="public")
    middle = mine.order_by("created_at")[mine.count() // 2].created_at
    older = keyset.Paginator(mine.filter(created_at__lt=middle), "-created_at", 1).get_page().next
    earlier = (
        keyset.Paginator(public.filter(published_at__lt=middle), "-published_at", 1).get_page().next
    )
    return {
        "history newest": history_page(),
        "history in the middle": history_page(page=older),
        "history by name": history_page(sort="name"),
        "history by space": history_page(sort="bytes"),
        "history failed": history_page(state="failed"),
        "history one model": history_page(model="resnet-gray-unet"),
        "gallery newest": gallery_page(),
        "gallery in the middle": gallery_page(place=earlier),
        "gallery most liked": gallery_page(order="likes"),
    }


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

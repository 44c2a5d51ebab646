import asyncio
import os
import subprocess
import sys
import threading

import pytest
from asgiref.sync import SyncToAsync

from colorweb import runtime
from colorweb.http.programs import Handler
from colorweb.http.threads import RequestThread


@pytest.mark.parametrize(
    "loading",
    [
        pytest.param("import colorweb.asgi", id="web"),
        pytest.param(
            "from colorweb.celery import app; app.loader.import_default_modules()",
            id="worker parent",
        ),
    ],
)
def test_networks_are_only_in_the_processes_that_color(loading):
    networks = {"torch", "torchvision", "openvino"}
    code = f"import sys; {loading}; print(*({networks} & set(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert run.stdout.strip() == ""


def test_worker_processes_open_connections_after_celery_has_closed_inherited_ones():
    code = """
from celery.signals import worker_init, worker_process_init
from colorweb.celery import app
worker_init.send(sender=type("Worker", (), {"app": app, "pool_cls": "prefork"}))
print(*(each.__name__ for each in worker_process_init._live_receivers(None)))
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert run.stdout.split() == ["on_worker_process_init", "start_working"]


@pytest.mark.django_db(transaction=True)
async def test_a_synchronous_view_and_its_middleware_run_in_one_go(monkeypatch):
    given, sent = [], []
    ask = SyncToAsync.__call__

    async def counted(self, *arguments, **options):
        given.append(self.func)
        return await ask(self, *arguments, **options)

    async def receive():
        if given:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": b""}

    async def send(message):
        sent.append(message)

    monkeypatch.setattr(SyncToAsync, "__call__", counted)
    scope = {"type": "http", "method": "GET", "path": "/healthz", "headers": [], "scheme": "http"}
    await Handler()({**scope, "query_string": b"", "client": ("127.0.0.1", 1)}, receive, send)
    assert sent[0]["status"] == 400  # it names no host: middleware has looked
    assert len(given) <= 3  # when it begins, the answer, when it ends


def test_a_thread_that_is_still_at_work_is_not_given_to_another_request():
    first, may_end = RequestThread(), threading.Event()
    threads = [first.submit(threading.get_ident).result() for _ in range(2)]
    assert len(set(threads)) == 1
    first.release()
    second = RequestThread()
    assert second.submit(threading.get_ident).result() == threads[0]
    waits = second.submit(may_end.wait)
    second.release()  # its request has gone away
    assert RequestThread().submit(threading.get_ident).result() != threads[0]
    may_end.set()
    assert waits.result() is True


WITHOUT_TORCH = """
import sys
sys.modules["torch"] = sys.modules["torchvision"] = None  # importing them fails from here on
from django.conf import settings
from colorweb.celery import app

app.loader.import_default_modules()
from django.core.management import call_command

call_command("migrate", verbosity=0)
for name, task in sorted(app.tasks.items()):
    if not name.startswith("celery.") and name not in settings.CELERY_TASK_ROUTES:
        task.run()
        print(name)
"""


def test_the_default_worker_does_its_work_where_torch_is_not_installed(tmp_path):
    broker = runtime.run_dir() / "broker.sock"
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "colorweb.settings",
            "VAR_DIR": str(tmp_path),
            "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
            "REDIS_URL": f"unix://{broker}",
            "CACHE_URL": f"unix://{broker.with_name('cache.sock')}",
        },
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "jobs.tasks.reap" in run.stdout

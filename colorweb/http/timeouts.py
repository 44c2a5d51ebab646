"""Waiting without keeping others from their work."""

import asyncio

from asgiref.sync import SyncToAsync, sync_to_async
from django.db import connections

from colorweb.http import permits
from colorweb.http.threads import RequestThread


async def release_thread() -> None:
    """Give back the thread and the database connections that this request has used so far, and
    its permit.

    Django keeps both until the answer is sent. Whatever the request does afterwards in
    synchronous code gets a new thread, and a connection if it asks for one.
    """
    permits.release()
    context = SyncToAsync.thread_sensitive_context.get(None)
    thread = SyncToAsync.context_to_thread_executor.get(context) if context else None
    if not isinstance(thread, RequestThread):
        await sync_to_async(_close)()
    elif thread.taken:
        await asyncio.get_running_loop().run_in_executor(thread, connections.close_all)
        thread.release()


def release_connection() -> None:
    """Give back the database connection that this request's thread holds, before it waits for
    something else than the database; its next query takes one again. Its permit too.

    Does nothing within a transaction, nor outside of a request: a worker's connection is its own,
    and it may be reading from it.
    """
    if SyncToAsync.thread_sensitive_context.get(None) is None:
        return
    permits.release()
    _close()


def _close() -> None:
    for connection in connections.all(initialized_only=True):
        # SQLite has as many as there are threads, and opening one costs more than a query.
        if connection.vendor != "sqlite" and not connection.in_atomic_block:
            connection.close()

"""Waiting without keeping others from their work."""

from asgiref.sync import SyncToAsync, sync_to_async
from django.db import connections


async def release_thread() -> None:
    """Give back the thread and the database connections that this request has used so far.

    Django keeps both until the answer is sent. Whatever the request does afterwards in
    synchronous code gets a new thread, and a connection if it asks for one.
    """
    await sync_to_async(connections.close_all)()
    context = SyncToAsync.thread_sensitive_context.get(None)
    executor = SyncToAsync.context_to_thread_executor.pop(context, None) if context else None
    if executor:
        executor.shutdown(wait=False)

"""The backend that `DATABASES` names."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool, PoolTimeout

TURNS = 4
"""Times that a thread waits for the pool (`timeout`) while the server answers, but is busy."""
PROBE_TIMEOUT = 2
"""Seconds for the server to answer."""


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection is tried before it is used; with one that is dead go all dead ones of the pool.

    psycopg's own check takes them out one by one, with longer and longer pauses: after a restart
    of the server a quiet site would not answer for half a minute. While the server does not
    answer, nobody waits for the pool more than once.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """One that is alive. Raises psycopg.OperationalError."""
        if not self.pool:
            return super().get_new_connection(conn_params)
        connection = self._pooled(conn_params)
        if _is_alive(connection):
            return connection
        self.pool.putconn(connection)
        self.pool.check()
        return self._pooled(conn_params)

    def _pooled(self, conn_params: dict[str, Any]) -> Any:
        for _ in range(TURNS - 1):
            try:
                return super().get_new_connection(conn_params)
            except PoolTimeout:  # is it busy, or away?
                self.Database.connect(**conn_params | {"connect_timeout": PROBE_TIMEOUT}).close()
        return super().get_new_connection(conn_params)


def _is_alive(connection: Any) -> bool:
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.Error:
        return False
    return True

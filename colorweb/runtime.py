"""Where a running installation keeps its things: one folder for its data, one for its sockets.

Standard library only: settings, the launcher and the tests all ask here, before Django exists.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlsplit

from colorweb.environment import Environment
from colorweb.refusal import refusal

REPOSITORY = Path(__file__).resolve().parent.parent
BROKERS = ("redis", "rediss", "unix")
NAMING = {"postgres": "database", "postgresql": "database", "sqlite": "file", "unix": "socket"}
"""Schemes of addresses, and what their path has to name."""
LAST_PORT = 65_535
env = Environment()

# A Unix socket's path may have 103 bytes on macOS and 107 on Linux, and supervisor binds
# "supervisor.sock.<pid>" before it renames it.
_MAX_RUN_DIR = 103 - len("/supervisor.sock.4194304")


def var_dir() -> Path:
    """The folder with everything this installation makes: database, photos, secret key, logs."""
    return Path(os.environ.get("VAR_DIR") or REPOSITORY / "var").expanduser().resolve()


def make_private(folder: Path) -> None:
    """Makes a folder, where it is missing, and lets nobody else on this machine look into it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(PermissionError):  # it belongs to somebody else, who decides
        folder.chmod(0o700)


def environment_value(name: str) -> str:
    """The setting `name`: from the environment, else from the file that `<name>_FILE` names.

    Files are how containers hand over secrets. Raises SystemExit for a file that cannot be read,
    or that is empty.
    """
    if value := os.environ.get(name):
        return value
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return ""
    try:
        value = Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise refusal(f"{name}_FILE cannot be read: {error}") from error
    if not value:
        raise refusal(f"{name}_FILE is empty: {path}")
    return value


def made_secret_key() -> str:
    """The key of an installation that was given none: made once, in the var directory."""
    path = var_dir() / "secret_key"
    try:
        if not path.exists():
            make_private(path.parent)
            # Written before it has its name: nobody reads half a key.
            with tempfile.NamedTemporaryFile("w", dir=path.parent) as file:
                file.write(secrets.token_urlsafe(50))
                file.flush()
                with suppress(FileExistsError):  # another process of this start was quicker
                    os.link(file.name, path)
        return path.read_text().strip()
    except OSError as error:
        raise refusal(f"The secret key cannot be kept: {error}") from error


def media_dir() -> Path:
    """The folder of photos and models, where they are kept on disk."""
    return Path(os.environ.get("MEDIA_DIR") or var_dir() / "media").expanduser().resolve()


def static_dir() -> Path:
    """The folder of collected static files; an image has them built in and names it."""
    return Path(os.environ.get("STATIC_DIR") or var_dir() / "static").expanduser().resolve()


def run_dir() -> Path:
    """The folder of sockets, lock and supervisor configuration; nothing in it outlives a run."""
    inside = var_dir() / "run"
    if len(os.fsencode(inside)) <= _MAX_RUN_DIR:
        return inside
    digest = hashlib.sha256(os.fsencode(inside)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"colorweb-{os.getuid()}-{digest}"


def log_dir() -> Path:
    """The folder of the processes' logs."""
    return var_dir() / "log"


def database_url() -> str:
    """The database: SQLite in the folder of this installation until DATABASE_URL names another."""
    url = environment_value("DATABASE_URL") or f"sqlite:///{var_dir() / 'db.sqlite3'}"
    _check("DATABASE_URL", url, "postgres", "postgresql", "sqlite")
    return _with_password(url, "DATABASE_PASSWORD")


def broker_url() -> str:
    """Redis or Valkey that carries tokens, websocket messages and heartbeats (`noeviction`)."""
    url = environment_value("REDIS_URL") or f"unix://{run_dir() / 'broker.sock'}?db=0"
    _check("REDIS_URL", url, *BROKERS)
    return _with_password(url, "REDIS_PASSWORD")


def cache_url() -> str:
    """Redis or Valkey that may forget (`allkeys-lru`).

    Where only REDIS_URL is given the cache shares that server, in its database 1.
    """
    if cache := environment_value("CACHE_URL"):
        _check("CACHE_URL", cache, *BROKERS)
        return _with_password(cache, "REDIS_PASSWORD")
    if not environment_value("REDIS_URL"):
        return f"unix://{run_dir() / 'cache.sock'}?db=0"
    parts = urlsplit(broker_url())
    if parts.scheme == "unix":
        return parts._replace(query="db=1").geturl()
    return parts._replace(path="/1").geturl()


def celery_url() -> str:
    """The broker's address as Celery spells it."""
    url = broker_url()
    if not url.startswith("unix://"):
        return url
    return f"redis+socket://{urlsplit(url).path}"


def _with_password(url: str, name: str) -> str:
    """The address with the secret `name` in it, unless it has a password or is none of a server."""
    password, parts = environment_value(name), urlsplit(url)
    if not password or parts.password or not parts.hostname:
        return url
    user, _, server = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{server}").geturl()


def email_url() -> str:
    """The server that takes mail; without one mail goes to the log."""
    url = environment_value("EMAIL_URL") or "consolemail://"
    _check("EMAIL_URL", url, "smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail")
    return url


def s3_endpoint() -> str | None:
    """The address of a server that speaks S3; None: Amazon's."""
    url = env.str("S3_ENDPOINT_URL", "")
    if url:
        _check("S3_ENDPOINT_URL", url, "http", "https")
    return url or None


def sentry_dsn() -> str:
    """Where errors are reported; empty: nowhere."""
    url = environment_value("SENTRY_DSN")
    if url:
        _check("SENTRY_DSN", url, "http", "https")
    return url


def otel_endpoint() -> str:
    """The OpenTelemetry collector that gets spans; empty: none."""
    url = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", "")
    if url:
        _check("OTEL_EXPORTER_OTLP_ENDPOINT", url, "http", "https")
    return url


def origins(name: str) -> list[str]:
    """The other sites that a setting names."""
    found = env.list(name)
    for origin in found:
        _check_origin(name, origin)
    return [*found]


def _check(name: str, url: str, *schemes: str) -> None:
    """Refuse an address that nobody could use; it may hold a password, so it is not shown."""
    try:
        parts = urlsplit(url)
        _port = parts.port  # raises ValueError for what is no port
    except ValueError as error:
        raise refusal(f"{name} is no address: {error}.") from error
    is_of_web = parts.scheme in ("http", "https")
    if parts.scheme not in schemes or (is_of_web and not parts.hostname):
        beginnings = " or ".join(f"{scheme}://" for scheme in schemes)
        raise refusal(f"{name} must be an address that begins with {beginnings}.")
    if parts.scheme in NAMING and not parts.path.strip("/"):
        raise refusal(f"{name} names no {NAMING[parts.scheme]}.")


def _check_origin(name: str, url: str) -> None:
    """Refuse what is no scheme, host and port alone."""
    _check(name, url, "http", "https")
    parts = urlsplit(url)
    if parts.path or parts.query or parts.fragment or parts.username:
        raise refusal(f"{name} must end with the host or its port, not {url!r}.")


def host() -> str:
    """The address to listen on: this machine only, unless HOST says otherwise."""
    return os.environ.get("HOST") or "127.0.0.1"


def port() -> int:
    """The port to listen on."""
    number = env.int("PORT", 8000)
    if number > LAST_PORT:
        raise refusal(f"PORT must be a number up to {LAST_PORT}, not {number}.")
    return number


def graceful_seconds() -> int:
    """Seconds for requests in flight to finish when the web process stops."""
    return env.int("GRACEFUL_SECONDS", 60)


def site_url() -> str:
    """The address people use, without a trailing slash."""
    url = env.str("SITE_URL", f"http://127.0.0.1:{port()}").rstrip("/")
    _check_origin("SITE_URL", url)
    return url

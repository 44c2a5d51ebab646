import configparser
import os
import shlex

import pytest
from supervisor.options import ServerOptions

from colorweb import gpus
from colorweb.serve import programs
from tests.nvml import Nvml


@pytest.fixture(autouse=True)
def fresh_machine(monkeypatch, var_dir):
    for name in (
        *("REDIS_URL", "CACHE_URL", "COLORWEB_PROCESSES", "CUDA_VISIBLE_DEVICES"),
        *("WEB_PROCESSES", "DECODING_SLOTS"),
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VAR_DIR", str(var_dir))


def names():
    return {
        group: [program.name for program in found] for group, found in programs.groups().items()
    }


def command(name):
    everything = [program for group in programs.groups().values() for program in group]
    [found] = [program for program in everything if program.name == name]
    return shlex.join(found.command)


def test_a_fresh_machine_runs_its_own_broker_and_cache():
    assert names() == {
        "servers": ["broker", "cache"],
        "site": ["beat", "default", "gpu", "training", "web"],
    }
    assert "--maxmemory-policy noeviction" in command("broker")
    assert "--maxmemory-policy allkeys-lru" in command("cache")
    assert "--port 0" in command("broker")


def test_a_redis_given_replaces_both(monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://redis.example/0")
    assert names() == {"site": ["beat", "default", "gpu", "training", "web"]}


def test_one_coloring_process_a_core_where_there_is_no_gpu(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    cores = len(os.sched_getaffinity(0))
    assert programs.coloring_processes() == cores
    assert f"--concurrency {cores}" in command("gpu")


def test_one_coloring_process_a_gpu(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(gpus, "pynvml", Nvml([(5, 10, 20), (6, 11, 21)]))
    assert programs.coloring_processes() == 2
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert programs.coloring_processes() == 1


def test_supervisor_understands_its_configuration(monkeypatch, var_dir):
    for folder in ("log", "run"):
        (var_dir / folder).mkdir()
    configuration = var_dir / "supervisord.conf"
    configuration.write_text(programs.configuration())
    options = ServerOptions()
    options.realize(["-c", str(configuration)])
    assert {group.name for group in options.process_group_configs} == {"servers", "site"}
    understood = {
        process.name: shlex.split(process.command)
        for group in options.process_group_configs
        for process in group.process_configs
    }
    assert {name: understood[name] for name in programs.site()} == {
        name: list(program.command) for name, program in programs.site().items()
    }


def test_from_four_cores_on_web_processes_share_the_port(monkeypatch, var_dir):
    for folder in ("log", "run"):
        (var_dir / folder).mkdir()
    for cores, count in ((2, 1), (3, 1), (4, 4), (64, 8)):
        monkeypatch.setattr(programs, "_cores", lambda cores=cores: cores)
        assert programs.web_processes() == count
    configuration = var_dir / "supervisord.conf"
    configuration.write_text(programs.configuration())
    options = ServerOptions()
    options.realize(["-c", str(configuration)])
    configs = [each for group in options.process_group_configs for each in group.process_configs]
    webs = [each for each in configs if each.name.startswith("web")]
    assert len({each.stdout_logfile for each in webs}) == 8
    assert webs[0].environment["COLORWEB_SHARED_PORT"] == "on"
    assert webs[0].environment["DECODING_SLOTS"] == "8"
    monkeypatch.setenv("WEB_PROCESSES", "1")
    assert programs.web_processes() == 1
    assert "COLORWEB_SHARED_PORT" not in programs.site()["web"].environment


def test_the_configuration_survives_odd_folders(monkeypatch):
    monkeypatch.setenv("VAR_DIR", "/srv/100% old photos")
    parser = configparser.RawConfigParser()
    parser.read_string(programs.configuration())
    broker = shlex.split(parser["program:broker"]["command"].replace("%%", "%"))
    socket = broker[broker.index("--unixsocket") + 1]
    assert socket == "/srv/100% old photos/run/broker.sock"
    assert parser["program:gpu"]["environment"].startswith(
        'COLORWEB_WORKER="gpu",OMP_NUM_THREADS="1"'
    )

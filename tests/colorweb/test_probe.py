"""What a container's health check finds out."""

import socket

import pytest
from pytest_django.live_server_helper import LiveServer

from colorweb.health import heartbeats, parts, probe


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(probe, "SECONDS", 5)
    monkeypatch.setattr(parts, "CACHE_SECONDS", -1.0)


@pytest.mark.parametrize("program", ["gpu", "default", "training"])
def test_a_program_shows_that_it_lives_by_its_heartbeat(capsys, program):
    heartbeats.beat(program, "another-machine-1")
    assert probe.main(program) == 1
    words = f"{program}: no process here has shown itself within 15 seconds\n"
    assert capsys.readouterr().err == words
    heartbeats.beat(program, f"{socket.gethostname()}-1")
    assert probe.main(program) == 0


def test_an_outage_makes_a_worker_unready_and_is_no_reason_to_restart_it(capsys):
    heartbeats.beat("gpu", f"{socket.gethostname()}-1", "storage")
    assert probe.main("gpu") == 0
    assert probe.main("gpu", "--ready") == 1
    assert capsys.readouterr().err == "gpu: no process here can work: storage\n"


def test_a_broker_that_is_unavailable_is_no_reason_to_restart_a_worker(settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    assert probe.main("gpu") == 0
    assert probe.main("gpu", "--ready") == 1


def test_the_web_process_is_asked_whether_it_lives_and_whether_it_is_ready(
    monkeypatch, live_server: LiveServer, capsys
):
    monkeypatch.setenv("PORT", str(live_server.thread.port))
    assert probe.main("web") == 0
    assert probe.main("web", "--ready") == 0
    assert probe.main("site") == 1  # nobody works here
    assert "gpu: no heartbeat" in capsys.readouterr().err
    monkeypatch.setenv("PORT", "1")
    assert probe.main("web") == 1

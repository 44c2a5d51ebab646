"""What a container's health check finds out."""

import socket

import pytest
from pytest_django.live_server_helper import LiveServer

from colorweb.health import probe, workers


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(probe, "SECONDS", 0.5)


def test_a_machine_that_colors_shows_it_by_its_heartbeat(capsys):
    workers.beat("another-machine-1", {})
    assert probe.main("gpu") == 1
    assert capsys.readouterr().err == "gpu: no process here has shown itself within 15 seconds\n"
    workers.beat(f"{socket.gethostname()}-1", {})
    assert probe.main("gpu") == 0


def test_the_web_process_is_asked_whether_it_is_ready(monkeypatch, live_server: LiveServer):
    monkeypatch.setenv("PORT", str(live_server.thread.port))
    assert probe.main("web") == 0
    monkeypatch.setenv("PORT", "1")
    assert probe.main("web") == 1


def test_a_worker_that_does_not_answer_is_named(capsys):
    assert probe.main("default") == 1
    assert capsys.readouterr().err == f"default: default@{socket.gethostname()} does not answer\n"

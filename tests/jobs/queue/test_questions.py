"""Questions about a photo's colors: answered in time, or said not to be."""

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from colorweb import broker
from colorweb.errors import DomainError
from jobs.queue import questions

JOB = uuid.UUID(int=7)


@pytest.fixture(autouse=True)
def _nothing_waits() -> None:
    broker.client().delete(questions.WAITING)


def answering(act: Callable[[dict[str, Any]], None]) -> threading.Thread:
    """A worker that answers one question."""

    def work() -> None:
        while (question := questions.take()) is None:
            pass
        act(question)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    return worker


def test_a_worker_answers_what_was_asked():
    answering(lambda question: questions.answer(question, [question["kind"], question["x"]]))
    assert questions.ask("suggestions", JOB, x=0.25) == ["suggestions", 0.25]


def test_a_workers_refusal_is_an_error_with_its_parameters():
    refusal = DomainError("hints_unsupported", name="resnet-gray")
    answering(lambda question: questions.refuse(question, refusal))
    with pytest.raises(DomainError) as caught:
        questions.ask("preview", JOB)
    assert (caught.value.code, caught.value.params) == (
        "hints_unsupported",
        {"name": "resnet-gray"},
    )


def test_without_a_worker_one_is_told_so_in_time():
    began = time.monotonic()
    with pytest.raises(DomainError) as caught:
        questions.ask("preview", JOB)
    assert (caught.value.code, caught.value.retry_after) == ("no_worker", questions.RETRY_AFTER)
    assert time.monotonic() - began >= questions.DEADLINE
    assert questions.take() is None, "nobody waits for that answer any more"


def test_more_questions_than_can_be_answered_are_refused_at_once():
    broker.client().lpush(questions.WAITING, *["{}"] * questions.MAX_WAITING)
    with pytest.raises(DomainError) as caught:
        questions.ask("preview", JOB)
    assert caught.value.code == "no_worker"
    assert broker.client().llen(questions.WAITING) == questions.MAX_WAITING

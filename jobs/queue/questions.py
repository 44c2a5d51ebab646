"""Short questions to the workers about a photo's colors: asked and answered over Valkey.

A question is void after `DEADLINE`; the caller then gets the error `no_worker`.
"""

import json
import uuid
from typing import Any

import redis

from colorweb import broker
from colorweb.errors import DomainError

DEADLINE = 2.0  # seconds
RETRY_AFTER = 2
MAX_WAITING = 100
"""Questions that may wait: more than workers answer in time."""
WAITING = "colorweb:questions"
POLL = 1.0  # seconds that a worker waits for a question at a time


def ask(kind: str, job_id: uuid.UUID, **params: Any) -> Any:
    """A worker's answer about a job's photo. Raises DomainError, `no_worker` if none comes."""
    key = uuid.uuid4().hex
    try:
        client = broker.client()
        if client.llen(WAITING) >= MAX_WAITING:
            raise _no_worker()
        until = _now(client) + DEADLINE
        question = {"id": key, "kind": kind, "job": str(job_id), "until": until, **params}
        client.lpush(WAITING, json.dumps(question))
        client.expire(WAITING, 60)
        found = client.blpop([_answer_key(key)], timeout=DEADLINE)
    except redis.RedisError as error:
        raise _no_worker() from error
    if found is None:
        raise _no_worker()
    answer = json.loads(found[1])
    if code := answer.get("error"):
        raise DomainError(code, **answer.get("params", {}))
    return answer["value"]


def take() -> dict[str, Any] | None:
    """The question that has waited longest, if one comes within `POLL` and is not too old."""
    client = broker.client()
    found = client.brpop([WAITING], timeout=POLL)
    if found is None:
        return None
    question: dict[str, Any] = json.loads(found[1])
    return question if question["until"] > _now(client) else None


def answer(question: dict[str, Any], value: Any) -> None:
    """Answer a question."""
    _send(question, {"value": value})


def refuse(question: dict[str, Any], error: DomainError) -> None:
    """Answer a question with an error."""
    _send(question, {"error": error.detailed, "params": error.params})


def _send(question: dict[str, Any], message: dict[str, Any]) -> None:
    key = _answer_key(question["id"])
    pipeline = broker.client().pipeline()
    pipeline.lpush(key, json.dumps(message))
    pipeline.expire(key, 10)
    pipeline.execute()


def _answer_key(key: str) -> str:
    return f"colorweb:answer:{key}"


def _now(client: redis.Redis) -> float:
    """The time by the broker's clock, which all machines share."""
    seconds, microseconds = client.time()
    return float(seconds) + float(microseconds) / 1e6


def _no_worker() -> DomainError:
    return DomainError("no_worker", retry_after=RETRY_AFTER)

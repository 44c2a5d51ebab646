"""Wake-ups for the workers that check and train; the rows are the queue."""

from colorweb.leases import wakeups

EXPIRES = 60  # seconds: the reaper publishes again for what still waits


def check() -> None:
    """Wakes a worker that checks data sets."""
    wakeups.publish("ml.tasks.check_data_sets", expires=EXPIRES)


def train() -> None:
    """Wakes a worker that trains."""
    wakeups.publish("ml.tasks.train", expires=EXPIRES)


def evaluate() -> None:
    """Wakes the worker that trains, to measure versions."""
    wakeups.publish("ml.tasks.evaluate", expires=EXPIRES)


def waiting(queue: str) -> int:
    """How many wake-ups wait in a queue. Raises redis.RedisError where the broker is away."""
    return wakeups.waiting(queue)

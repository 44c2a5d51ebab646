import pytest

from ml.imaging import memory


@pytest.mark.django_db(transaction=True)
def test_idle_worker_hands_its_memory_back_once(worker, monkeypatch):
    given = []
    monkeypatch.setattr(memory, "give_back", lambda: given.append(True))
    monkeypatch.setattr(worker, "rested", False)
    worker.rest_if_idle()
    worker.rest_if_idle()
    assert len(given) == 1
    monkeypatch.setattr(worker, "rested", False)
    monkeypatch.setattr(worker, "tasks", [object()])
    worker.rest_if_idle()
    assert len(given) == 1


def test_memory_is_handed_back():
    memory.give_back()

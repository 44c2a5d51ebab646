"""Files take turns to be decoded: small ones do not wait for large ones."""

import threading

import pytest

from colorweb.testing.waiting import wait_for
from ml.imaging.slots import LIGHT, MAX_WORK, Busy, Slots


class Turns:
    """Holders of slots, in threads; `order` has their names as they got one."""

    def __init__(self, slots: Slots) -> None:
        self.slots = slots
        self.order: list[str] = []
        self.ends: dict[str, threading.Event] = {}

    def enter(self, name: str, work: int = LIGHT) -> None:
        waiting = len(self.slots._waiting) + len(self.slots._running)
        self.ends[name] = threading.Event()
        threading.Thread(target=self._hold, args=(name, work), daemon=True).start()
        wait_for(
            lambda: len(self.slots._waiting) + len(self.slots._running) > waiting, f"{name} to ask"
        )

    def _hold(self, name: str, work: int) -> None:
        with self.slots.taken(work):
            self.order.append(name)
            self.ends[name].wait(60)

    def have(self, *names: str) -> None:
        wait_for(lambda: self.order == list(names), f"slots of {names}, not {self.order}")


def test_large_files_leave_a_slot_for_small_ones():
    turns = Turns(Slots(2))
    turns.enter("large", 10 * LIGHT)
    turns.enter("larger", 20 * LIGHT)
    turns.enter("small")
    turns.have("large", "small")
    turns.ends["large"].set()
    turns.have("large", "small", "larger")


def test_the_memory_of_large_files_does_not_add_up():
    turns = Turns(Slots(8))
    turns.enter("one", MAX_WORK // 2)
    turns.enter("two", MAX_WORK // 2 + 1)
    turns.enter("three", MAX_WORK // 2)
    turns.have("one", "three")


def test_the_cheaper_of_two_goes_first():
    turns = Turns(Slots(2))
    turns.enter("a", 10 * LIGHT)
    turns.enter("dear", 30 * LIGHT)
    turns.enter("cheap", 2 * LIGHT)
    turns.ends["a"].set()
    turns.have("a", "cheap")


def test_who_waits_too_long_is_told_so():
    slots = Slots(1)
    with slots.taken(LIGHT), pytest.raises(Busy), slots.taken(LIGHT, seconds=0.01):
        pass
    with slots.taken(LIGHT, seconds=0.01):
        assert not slots._waiting

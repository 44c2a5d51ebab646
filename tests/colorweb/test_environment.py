"""Values of settings as operators write them."""

import re

import pytest

from colorweb.environment import Environment, bytes_of

env = Environment()


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("80MB", 80_000_000),
        ("80 mb", 80_000_000),
        ("1.5GB", 1_500_000_000),
        ("64KiB", 65_536),
        ("2Ti", 2 * 2**40),
        ("500k", 500_000),
        ("1000", 1000),
        ("12B", 12),
    ],
)
def test_sizes_are_understood(text, size):
    assert bytes_of(text) == size


@pytest.mark.parametrize("text", ["MB", "80 bananas", "-5MB", "1e9", "80M B", "1.MB"])
def test_other_sizes_are_refused(text):
    with pytest.raises(ValueError, match=re.escape(text)):
        bytes_of(text)


def test_an_empty_setting_has_its_default(monkeypatch):
    monkeypatch.setenv("LIMIT", " ")
    assert env.int("LIMIT", 7) == 7
    assert env.bool("LIMIT", True) is True
    assert env.list("LIMIT", ["a"]) == ["a"]


@pytest.mark.parametrize(
    ("text", "value"), [("on", True), ("TRUE", True), ("1", True), ("off", False), ("no", False)]
)
def test_switches_are_understood(monkeypatch, text, value):
    monkeypatch.setenv("SWITCH", text)
    assert env.bool("SWITCH", not value) is value

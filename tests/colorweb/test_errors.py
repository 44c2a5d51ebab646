"""One family of errors, and one table of what each code means."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from colorweb.errors import CODES, DomainError, documented, message_of

PACKAGES = ("colorweb", "jobs", "ml")


def raised() -> Iterator[tuple[str, str, set[str], bool]]:
    """Each DomainError made in the code: where, its code, its parameters, and `**` among them."""
    for package in PACKAGES:
        for path in sorted(Path(settings.BASE_DIR, package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "DomainError":
                    [code] = node.args
                    if isinstance(code, ast.Constant) and isinstance(code.value, str):
                        names = {keyword.arg for keyword in node.keywords} - {"retry_after"}
                        where = f"{path}:{node.lineno}"
                        yield where, code.value, {n for n in names if n}, None in names


def test_every_error_raised_has_a_text_with_its_parameters():
    wrong = [
        (where, code)
        for where, code, params, others in raised()
        if code not in CODES
        or not CODES[code].text
        or not params <= (named := set(re.findall(r"%\((\w+)\)", CODES[code].text)))
        or (params != named and not others)
    ]
    assert wrong == []


def test_a_code_with_a_detail_has_the_status_of_its_plain_code():
    error = DomainError("too_many_bytes.json", limit=32)
    assert (error.code, error.status) == ("too_many_bytes", 413)
    assert {code.partition(".")[0] for code in CODES if "." in code} <= set(CODES)
    assert not [code for code in documented() if "." in code]


def test_a_kept_error_reads_in_the_readers_language():
    kept = DomainError("too_many_waiting", retry_after=30, limit=500).kept
    assert kept == {"code": "too_many_waiting", "params": {"limit": 500}}
    assert message_of(kept).startswith("500 of your photos are waiting already.")
    with translation.override("ru"):
        assert "500" in message_of(kept)
        assert "waiting" not in message_of(kept)


@pytest.mark.parametrize(
    ("kept", "message"),
    [
        ({}, ""),
        ({"code": "of_an_older_release", "message": "It broke."}, "It broke."),
        ({"code": "of_a_newer_release", "params": {"why": "x"}}, ""),
    ],
)
def test_errors_of_other_releases_can_be_read(kept, message):
    assert message_of(kept) == message


def test_every_text_is_there_in_russian():
    texts = {meaning.text for meaning in CODES.values() if meaning.text.strip("%(why)s")}
    with translation.override("ru"):
        assert [text for text in texts if gettext(text) == text] == []

"""Logs hold no share token and no key of a mail."""

import json
import logging
import logging.config
import sys

import pytest
from django.conf import settings

from colorweb.logs import JsonFormatter, bound, masked


@pytest.mark.parametrize(
    ("line", "masked_line"),
    [
        ('"GET /s/Zm9vYmFy/ HTTP/1.1" 200', '"GET /s/…/ HTTP/1.1" 200'),
        ("/s/Zm9vYmFy/picture", "/s/…/picture"),
        ("/account/password/reset/key/1-d3x-8f/", "/account/password/reset/key/…/"),
        ("/account/confirm-email/MQ:1wX:abc-_/", "/account/confirm-email/…/"),
        ("/account/login/?next=%2Fs%2FZm9vYmFy%2F", "/account/login/?next=%2Fs%2F…%2F"),
        ("/account/password/reset/key/done/", "/account/password/reset/key/done/"),
        ("/jobs/0000/s", "/jobs/0000/s"),
        ("/account/confirm-email/ HTTP", "/account/confirm-email/ HTTP"),
    ],
)
def test_secrets_in_addresses_are_masked(line, masked_line):
    assert masked(line) == masked_line


def test_the_access_log_of_the_web_process_is_masked(capsys):
    """Written as uvicorn does, after the settings were read."""
    access = logging.getLogger("uvicorn.access")
    handlers, propagate = access.handlers[:], access.propagate
    try:
        logging.config.dictConfig(settings.LOGGING)
        access.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", "/s/Zm9vYmFy/", "1.1", 200)
    finally:
        access.handlers, access.propagate = handlers, propagate
    line = capsys.readouterr().err
    assert line.endswith('uvicorn.access 127.0.0.1:1 - "GET /s/…/ HTTP/1.1" 200\n')


def test_a_line_of_json_has_the_bound_ids_and_masks_secrets():
    record = logging.LogRecord("jobs", logging.ERROR, "", 0, "At %s", ("/s/Zm9vYmFy/",), None)
    try:
        int("/s/Zm9vYmFy/")
    except ValueError:
        record.exc_info = sys.exc_info()
    with bound(request="r1", job="j1"):
        line = json.loads(JsonFormatter().format(record))
    line.pop("timestamp")
    assert line.pop("exception").endswith("base 10: '/s/…/'")
    assert line == {
        "event": "At /s/…/",
        "level": "error",
        "logger": "jobs",
        "request": "r1",
        "job": "j1",
    }

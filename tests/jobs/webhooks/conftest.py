"""A server that receives webhooks."""

import pytest

from tests.outsider import outsider


@pytest.fixture
def receiver(settings):
    settings.OUTGOING_PRIVATE = settings.OUTGOING_HTTP = True
    with outsider() as server:
        yield server

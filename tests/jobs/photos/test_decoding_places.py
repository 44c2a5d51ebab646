"""One photo of an owner is decoded at a time, whichever process has it."""

import threading

import pytest
from django.db import connections

from colorweb.accounts.visitors import Visitor
from colorweb.testing import pictures
from jobs.models import Photo
from jobs.photos import intake

pytestmark = pytest.mark.django_db(transaction=True)
ADA = Visitor(user=None, guest="a" * 32, address="192.0.2.1")
BEN = Visitor(user=None, guest="b" * 32, address="192.0.2.2")


def accept(visitor: Visitor) -> None:
    try:
        intake.accept(pictures.upload(), visitor)
    finally:
        connections.close_all()


def test_an_owner_waits_for_their_own_photo_and_others_do_not():
    place = intake._decoding.take({ADA.queue_owner: 1})
    assert place
    with place:
        waiting = threading.Thread(target=accept, args=(ADA,))
        waiting.start()
        accept(BEN)
        assert [photo.guest for photo in Photo.objects.all()] == [BEN.guest]
        assert waiting.is_alive()
    waiting.join(60)
    assert {photo.guest for photo in Photo.objects.all()} == {ADA.guest, BEN.guest}

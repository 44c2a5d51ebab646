"""Nobody's photo is learned from unless they allow it at that moment."""

import pytest
from django.utils import timezone

from jobs.models import Photo
from jobs.photos import for_training
from ml import consent

pytestmark = pytest.mark.django_db


def photo(owner, **fields) -> Photo:
    columns = {"name": "a.jpg", "format": "jpeg", "bytes": 1, "width": 9, "height": 9}
    fields = {"source": "photos/a/source.jpg", "has_color": True, "sha256": "0" * 64, **fields}
    return Photo.objects.create(owner=owner, **columns, **fields)


def test_only_color_photos_of_those_who_allow_it(django_user_model):
    users = django_user_model.objects
    willing = users.create_user("a@example.org", photos_for_training=timezone.now())
    other = users.create_user("b@example.org")
    mine = photo(willing)
    photo(willing, has_color=False)
    photo(willing, trashed_at=timezone.now())
    photo(other)
    Photo.objects.create(
        guest="a" * 32, name="g", format="jpeg", bytes=1, width=9, height=9, has_color=True
    )
    assert list(for_training.allowed()) == [(mine.source, str(mine.pk))]
    assert list(consent.photos()) == list(for_training.allowed())
    users.filter(pk=willing.pk).update(photos_for_training=None)
    assert list(consent.photos()) == []

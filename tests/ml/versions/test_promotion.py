"""What promoting and rolling back promise."""

import pytest
from django.core.files.storage import default_storage

from colorweb.errors import DomainError
from colorweb.health import workers
from ml.models import Promotion
from ml.versions import promotion, registry
from tests.ml import networks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def versions(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MODEL_CACHE = tmp_path / "cache"
    return [networks.version(tmp_path, seed) for seed in (1, 2)]


def test_promoting_and_rolling_back_leave_a_record(versions, admin_user):
    shipped = registry.current()
    promotion.promote(versions[0], by=admin_user, reason="better")
    promotion.promote(versions[1], by=admin_user, reason="newer")
    assert registry.current() == versions[1]
    promotion.roll_back(by=admin_user, reason="too brown")
    assert registry.current() == versions[0]
    promotion.roll_back()
    assert registry.current() == shipped
    rows = [(p.kind, p.before, p.version, p.by, p.reason) for p in Promotion.objects.all()][::-1]
    assert rows == [
        ("promoted", shipped, versions[0], admin_user, "better"),
        ("promoted", versions[0], versions[1], admin_user, "newer"),
        ("rolled back", versions[1], versions[0], admin_user, "too brown"),
        ("rolled back", versions[0], shipped, None, ""),
    ]


def test_there_is_nothing_to_roll_back_to_before_the_first_promotion(versions):
    with pytest.raises(DomainError, match="no version in service before"):
        promotion.roll_back()


def test_what_is_in_service_is_not_promoted_again(versions):
    promotion.promote(versions[0], reason="a test")
    with pytest.raises(DomainError, match="in service already"):
        promotion.promote(versions[0], reason="a test")
    assert Promotion.objects.count() == 1


def test_a_version_whose_weights_are_gone_stays_out(versions):
    default_storage.delete(versions[0].file)
    with pytest.raises(DomainError, match="cannot be read"):
        promotion.promote(versions[0], reason="a test")
    assert registry.current().ships


def test_workers_hear_of_it_once_it_is_certain(versions):
    promotion.promote(versions[0], reason="a test")
    assert workers.expected() == versions[0].version

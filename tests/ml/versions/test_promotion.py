"""What promoting and rolling back promise."""

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.db.models.functions import Now

from colorweb.errors import DomainError
from colorweb.health import workers
from ml.models import Promotion
from ml.versions import canary, checks, offers, promotion, registry
from tests.ml import networks

pytestmark = pytest.mark.django_db(transaction=True)
FINE = {"problem": "", "photos": 10, "ms": 20.0}


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MODEL_CACHE = tmp_path / "cache"
    settings.CANARY_STEPS = [50, 100]
    settings.CANARY_STEP_MINUTES = 0
    return tmp_path


@pytest.fixture
def versions(folder):
    return [networks.version(folder, seed) for seed in (1, 2)]


@pytest.fixture
def passing(monkeypatch):
    """Sample photos that come out well."""
    monkeypatch.setattr(checks, "color_samples", lambda _weights: dict(FINE))


def report(made: Promotion, jobs: int, **outcome) -> None:
    """Jobs that end alike."""
    trial = canary.trial()
    assert trial
    assert trial.promotion_id == made.pk
    for _job in range(jobs):
        trial.report(**{"on_canary": True, "milliseconds": 10.0} | outcome)


def test_a_version_serves_after_its_check_and_every_step_of_its_canary(
    versions, passing, admin_user
):
    shipped = registry.current()
    made = promotion.promote(versions[0], by=admin_user, reason="better")
    assert (made.state, registry.current()) == ("checking", shipped)
    checks.work()
    made.refresh_from_db()
    assert (made.state, made.share, registry.current()) == ("canary", 50, shipped)
    report(made, 30, on_canary=False)
    for share in (50, 100):
        report(made, 19)
        canary.review()
        made.refresh_from_db()
        assert (made.state, made.share) == ("canary", share)
        report(made, 1)
        canary.review()
    made.refresh_from_db()
    assert (made.state, registry.current()) == ("serving", versions[0])
    assert made.figures["canary"]["jobs"] == 40
    assert not made.outcomes.exists()
    assert workers.expected() == versions[0].version


@pytest.mark.parametrize("bad", [{"failed": True, "milliseconds": None}, {"milliseconds": 30.0}])
def test_five_failed_or_slow_jobs_take_a_canary_back_with_a_mail(
    versions, admin_user, bad, client, admin_client
):
    shipped = registry.current()
    made = networks.canary(versions[0])
    Promotion.objects.update(by=admin_user)
    report(made, 20, on_canary=False)
    report(made, 10)
    report(made, 4, **bad)
    canary.review()
    made.refresh_from_db()
    assert (made.state, made.share) == ("canary", 100)
    report(made, 1, **bad)
    canary.review()
    made.refresh_from_db()
    assert (made.state, registry.current()) == ("rolled_back", shipped)
    [sent] = mail.outbox
    assert sent.to == ["admin@example.com"]
    assert "was taken back" in sent.subject
    assert "of its 15 photos" in sent.body
    assert "of its 15 photos" in admin_client.get("/admin/").content.decode()
    assert Promotion.objects.filter(kind="rolled back", version=shipped, by=None).exists()


def test_a_canary_that_is_now_and_then_as_slow_as_the_other_goes_on(versions):
    made = networks.canary(versions[0])
    for on_canary in (True, False):
        report(made, 50, on_canary=on_canary)
        report(made, 6, on_canary=on_canary, milliseconds=50.0)
    canary.review()
    made.refresh_from_db()
    assert (made.state, made.step) == ("canary", 1)


def test_a_step_by_press_needs_its_jobs_too(versions):
    made = networks.canary(versions[0])
    report(made, 19)
    with pytest.raises(DomainError, match="19 photos of this step; the next one needs 20"):
        canary.advance(made)
    report(made, 1)
    assert canary.advance(made).step == 1


def test_owners_are_chosen_by_hash_and_never_changed(versions):
    networks.canary(versions[0], share=25)
    trial = canary.trial()
    assert trial
    chosen = {owner for owner in map(str, range(4000)) if trial.chooses(owner)}
    assert 900 < len(chosen) < 1100
    Promotion.objects.update(share=100)
    wider = canary.trial()
    assert wider
    assert all(wider.chooses(owner) for owner in chosen)


@pytest.mark.parametrize("problem", ["not_a_number", "black", "uniform", "burnt", "failing"])
def test_a_version_that_does_not_color_the_samples_is_refused_whatever_the_reason(
    versions, monkeypatch, problem, admin_user
):
    shipped = registry.current()
    found = {"problem": problem, "photo": "cat.jpg", "why": "RuntimeError"}
    monkeypatch.setattr(checks, "color_samples", lambda _weights: found)
    made = promotion.promote(versions[0], by=admin_user, reason="whatever")
    checks.work()
    made.refresh_from_db()
    assert (made.state, made.error["code"]) == ("refused", f"check_failed.{problem}")
    assert made.error_message
    assert (registry.current(), canary.trial()) == (shipped, None)
    assert "was refused" in mail.outbox[0].subject


def test_the_checks_of_dead_workers_are_made_again_and_given_up_after_three(versions):
    made = promotion.promote(versions[0], reason="a test")
    for _attempt in range(3):
        Promotion.objects.update(lease_until=Now() - networks.SECOND)
        checks.reap()
    made.refresh_from_db()
    assert (made.state, made.error["code"]) == ("refused", "check_failed.worker_died")


def test_one_version_at_a_time_is_on_its_way(versions):
    promotion.promote(versions[0], reason="a test")
    with pytest.raises(DomainError, match="on its way into service"):
        promotion.promote(versions[1], reason="a test")


def test_promoting_and_rolling_back_leave_a_record(versions, admin_user):
    shipped = registry.current()
    first = networks.put_in_service(versions[0])
    second = networks.put_in_service(versions[1])
    assert registry.current() == versions[1]
    promotion.roll_back(by=admin_user, reason="too brown")
    assert registry.current() == versions[0]
    promotion.roll_back()
    assert registry.current() == shipped
    rows = [(p.kind, p.state, p.before, p.version, p.by) for p in Promotion.objects.all()][::-1]
    assert rows == [
        ("promoted", "rolled_back", shipped, first.version, None),
        ("promoted", "rolled_back", versions[0], second.version, None),
        ("rolled back", "rolled_back", versions[1], versions[0], admin_user),
        ("rolled back", "rolled_back", versions[0], shipped, None),
    ]


def test_a_roll_back_takes_back_what_names_mean(folder):
    shipped = registry.built_in("resnet-gray")
    tuned = networks.version(folder, 3, name="resnet-gray")
    networks.put_in_service(tuned)
    assert registry.resolve("resnet-gray") == tuned
    last = promotion.to_revert()
    assert last
    assert promotion.would_return_to(last) == registry.built_in()
    promotion.roll_back()
    assert registry.resolve("resnet-gray") == shipped


def test_there_is_nothing_to_roll_back_to_before_the_first_promotion(versions):
    with pytest.raises(DomainError, match="no version in service before"):
        promotion.roll_back()


def test_a_roll_back_ends_what_is_on_its_way(versions):
    networks.put_in_service(versions[0])
    made = promotion.promote(versions[1], reason="a test")
    promotion.roll_back(reason="a mistake")
    made.refresh_from_db()
    assert (made.state, registry.current()) == ("rolled_back", versions[0])


def test_what_is_in_service_is_not_promoted_again(versions):
    networks.put_in_service(versions[0])
    with pytest.raises(DomainError, match="in service already"):
        promotion.promote(versions[0], reason="a test")
    assert Promotion.objects.count() == 1


def test_a_version_whose_weights_are_gone_stays_out(versions):
    default_storage.delete(versions[0].file)
    with pytest.raises(DomainError, match="cannot be read"):
        promotion.promote(versions[0], reason="a test")
    assert registry.current().ships


def test_only_what_serves_or_is_offered_is_for_visitors(versions):
    networks.put_in_service(versions[0])
    assert offers.is_usable(versions[0])
    assert not offers.is_usable(versions[1])
    offers.set_standing(versions[1], "offered")
    assert offers.usable(str(versions[1])) == versions[1]
    assert (str(versions[1]), f"ResNet-Gray ({versions[1].version})") in offers.offered()
    offers.set_standing(versions[1], "archived")
    with pytest.raises(DomainError, match="is archived"):
        offers.usable(str(versions[1]))
    assert versions[1] not in [v for line in registry.lines() for v in line.versions]
    with pytest.raises(DomainError, match="cannot be archived"):
        offers.set_standing(versions[0], "archived")

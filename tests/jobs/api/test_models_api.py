"""Which networks one can ask for."""

import pytest

from colorweb.testing import pictures
from jobs.models import Job
from ml.versions import offers, registry
from tests.ml import networks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def versions(tmp_path):
    return [networks.version(tmp_path, seed) for seed in (1, 2)]


def listed(client) -> dict:
    """The models by name."""
    return {each["name"]: each for each in client.get("/api/v1/models/").json()["results"]}


def test_names_are_listed_with_their_versions_and_what_each_stands_for(client, versions):
    shipped = registry.built_in()
    before = listed(client)
    assert before[shipped.name]["default"] is True
    assert before[shipped.name]["version"] == shipped.version
    assert "mine" not in before, "neither in service nor offered"
    networks.put_in_service(versions[0])
    after = listed(client)
    assert after["mine"]["version"] == versions[0].version
    assert [each["version"] for each in after["mine"]["versions"]] == [versions[0].version]
    assert (after["mine"]["default"], after[shipped.name]["default"]) == (True, False)


def test_a_photo_may_ask_for_a_version_that_is_offered(client, versions):
    offers.set_standing(versions[1], "offered")
    answer = client.post("/api/v1/jobs/", {"image": pictures.upload(), "model": str(versions[1])})
    assert answer.status_code == 201
    assert Job.objects.get().model == str(versions[1])


def test_an_archived_version_is_a_conflict(client, versions):
    offers.set_standing(versions[1], "archived")
    answer = client.post("/api/v1/jobs/", {"image": pictures.upload(), "model": str(versions[1])})
    assert (answer.status_code, answer.json()["code"]) == (409, "model_archived")


def test_a_version_that_nobody_offers_is_refused(client, versions):
    answer = client.post("/api/v1/jobs/", {"image": pictures.upload(), "model": str(versions[1])})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_model")


@pytest.mark.parametrize("name", ["mine", "mine@0123456789ab", "nobody"])
def test_a_version_that_is_not_there_is_refused(client, versions, name):
    answer = client.post("/api/v1/jobs/", {"image": pictures.upload(), "model": name})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_model")

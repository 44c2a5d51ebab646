"""The manifests are what Kubernetes reads, and keep the promises of the compose files."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml

from colorweb.runtime import REPOSITORY
from colorweb.serve import programs

FOLDER = REPOSITORY / "docker" / "kubernetes"
KUBECTL = Path(sys.executable).with_name("kubectl")
VERSION = "1.33"
OF_KEDA = {"ScaledObject"}


@cache
def manifests(folder: str) -> list[dict[str, Any]]:
    """What `kubectl apply --kustomize` would send."""
    run = subprocess.run(
        [str(KUBECTL), "kustomize", str(FOLDER / folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    return list(yaml.safe_load_all(run.stdout))


def pods(folder: str) -> dict[str, dict[str, Any]]:
    """The pods of our own programs and of the servers, by the name of what makes them."""
    return {
        each["metadata"]["name"]: each["spec"]["template"]["spec"]
        for each in manifests(folder)
        if each["kind"] in ("Deployment", "Job")
    }


def test_every_manifest_is_valid_for_kubernetes():
    for each in manifests("."):
        if each["kind"] not in OF_KEDA:
            kubernetes_validate.validate(each, VERSION, strict=True)


def test_all_that_is_made_lies_in_one_namespace():
    for each in manifests("."):
        if each["kind"] != "Namespace":
            assert each["metadata"]["namespace"] == "colorweb", each["metadata"]["name"]


def test_every_program_runs_after_one_preparation():
    ours = {name: pod for name, pod in pods("base").items() if name not in ("broker", "cache")}
    assert set(ours) == {"prepare", *programs.site()}
    for name, pod in ours.items():
        (container,) = pod["containers"]
        assert container["args"] == [name]
        image = "worker" if name in ("gpu", "training") else "web"
        assert container["image"].startswith(f"colorweb-{image}:")


def test_nobody_in_a_pod_gains_rights_or_changes_it():
    for name, pod in pods(".").items():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            about = container["securityContext"]
            assert about["readOnlyRootFilesystem"] is True
            assert about["allowPrivilegeEscalation"] is False
            assert about["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]


def test_all_but_the_scheduler_are_probed_and_spread_over_evictions():
    found = pods("base")
    for name in set(found) - {"beat", "prepare"}:
        assert "livenessProbe" in found[name]["containers"][0], name
    budgets = {m["metadata"]["name"] for m in manifests("base") if "Budget" in m["kind"]}
    assert budgets == {"web", "default", "gpu"}


def test_pods_are_given_settings_there_are():
    (given,) = [each["data"] for each in manifests("base") if each["kind"] == "ConfigMap"]
    text = (REPOSITORY / "docs" / "operations.md").read_text()
    for name in given:
        assert f"`{name.removesuffix('_FILE')}`" in text, name
    assert {name for name in given if re.search("PASSWORD|SECRET|TOKEN", name)} == {
        name for name in given if given[name].startswith("/run/secrets/")
    }


def test_with_gpus_each_worker_has_one_and_keda_says_how_many():
    for name in ("gpu", "training"):
        pod = pods(".")[name]
        assert pod["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == 1
        assert pod["tolerations"]
    (scaled,) = [each for each in manifests(".") if each["kind"] == "ScaledObject"]
    queries = [trigger["metadata"]["query"] for trigger in scaled["spec"]["triggers"]]
    assert queries == ["sum(colorweb_jobs)", "max(colorweb_waited_seconds)"]
    (worker,) = [
        each
        for each in manifests(".")
        if each["kind"] == "Deployment" and each["metadata"]["name"] == "gpu"
    ]
    assert "replicas" not in worker["spec"]

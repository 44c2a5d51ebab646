"""What images and compose files promise; Docker itself is not needed to see it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from colorweb.runtime import REPOSITORY
from colorweb.serve import programs

DOCKER = REPOSITORY / "docker"
DOCKERFILE = (DOCKER / "Dockerfile").read_text()
OURS = ("colorweb-web", "colorweb-worker")


def services(name: str) -> dict:
    """Our own services of a compose file."""
    read = yaml.safe_load((DOCKER / name).read_text())["services"]
    return {name: service for name, service in read.items() if service.get("image") in OURS}


def stages() -> dict[str, str]:
    """The text of each stage of the Dockerfile."""
    parts = re.split(r"^FROM .* AS (\w+)$", DOCKERFILE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("name", ["compose.yaml", "compose.web.yaml", "compose.worker.yaml"])
def test_containers_run_the_programs_of_make_run(name):
    """Images start `colorweb.serve PROGRAM`, so no command line is written down twice."""
    assert 'ENTRYPOINT ["python", "-m", "colorweb.serve"]' in stages()["base"]
    for service, about in services(name).items():
        assert about["command"] == [service]
        assert "entrypoint" not in about


def test_one_machine_runs_every_program_after_one_preparation():
    ours = services("compose.yaml")
    assert set(ours) == {"prepare", *programs.site()}
    for name, about in ours.items():
        if name != "prepare":
            assert about["depends_on"]["prepare"]["condition"] == "service_completed_successfully"


def test_several_machines_run_every_program_once_prepared():
    web, worker = services("compose.web.yaml"), services("compose.worker.yaml")
    assert set(web) | set(worker) == {"prepare", *programs.site()}
    assert not set(web) & set(worker)


def test_only_those_who_color_or_train_carry_torch():
    assert "torch" not in stages()["web"]
    for name in ("compose.yaml", "compose.web.yaml", "compose.worker.yaml"):
        for service, about in services(name).items():
            needs_torch = service in ("gpu", "training")
            assert about["image"] == ("colorweb-worker" if needs_torch else "colorweb-web")
            assert about["build"]["target"] == about["image"].removeprefix("colorweb-")


def test_a_change_of_the_code_reinstalls_nothing():
    for stage in ("web", "worker"):
        text = stages()[stage]
        code = text.index("COPY . .") if stage == "web" else text.index("COPY --from=web")
        assert text.rindex("pip install") < code
    assert stages()["worker"].index("requirements-torch.txt") < stages()["worker"].index(
        "COPY requirements.txt requirements-color.txt"
    )


def test_containers_stop_no_sooner_than_their_programs():
    for name in ("compose.yaml", "compose.web.yaml", "compose.worker.yaml"):
        for service, about in services(name).items():
            if service in programs.site():
                grace = int(about.get("stop_grace_period", "10s").removesuffix("s"))
                assert grace >= programs.site()[service].stop_seconds


def test_nobody_is_root_and_nothing_compiles():
    for stage in ("web", "worker"):
        assert re.findall(r"^USER (\S+)$", stages()[stage], re.MULTILINE) == ["10001"]
    assert not re.search(r"apt-get|gcc|build-essential", DOCKERFILE)


def test_a_worker_elsewhere_needs_addresses_and_storage_only():
    for about in services("compose.worker.yaml").values():
        names = {name.removesuffix("_FILE") for name in about["environment"]}
        assert names == {
            *("DATABASE_URL", "DATABASE_PASSWORD", "REDIS_URL", "CACHE_URL", "REDIS_PASSWORD"),
            *("S3_ENDPOINT_URL", "S3_BUCKET", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"),
        }


def test_no_machine_fills_the_broker_with_what_belongs_into_the_cache():
    for file in ("compose.yaml", "compose.web.yaml", "compose.worker.yaml"):
        for about in services(file).values():
            environment = about["environment"]
            assert environment["CACHE_URL"] != environment["REDIS_URL"]


def test_no_secret_is_in_a_layer_or_a_compose_file():
    assert not re.search(r"^(ENV|ARG) .*(PASSWORD|SECRET|TOKEN)", DOCKERFILE, re.MULTILINE)
    ignored = (REPOSITORY / ".dockerignore").read_text().splitlines()
    assert next(line for line in ignored if not line.startswith("#")) == "*"
    for file in DOCKER.glob("compose*.yaml"):
        for name, about in yaml.safe_load(file.read_text())["services"].items():
            for setting, value in about.get("environment", {}).items():
                if re.search("PASSWORD|SECRET", setting):
                    assert setting.endswith("_FILE"), (file.name, name, setting)
                    assert value.startswith("/run/secrets/")


def test_secrets_are_made_once(tmp_path: Path):
    script = tmp_path / "secrets.sh"
    script.write_bytes((DOCKER / "secrets.sh").read_bytes())
    subprocess.run(["sh", str(script)], check=True, capture_output=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    expected = {
        Path(secret["file"]).name
        for file in DOCKER.glob("compose*.yaml")
        for secret in yaml.safe_load(file.read_text()).get("secrets", {}).values()
    }
    assert set(made) == expected
    assert all(re.fullmatch(r"[0-9a-zA-Z]{40,}", secret) for secret in made.values())
    assert len(set(made.values())) == len(made)
    again = subprocess.run(["sh", str(script)], check=True, capture_output=True, text=True)
    assert again.stdout == ""
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def images() -> set[str]:
    """What others have made: the images after FROM, and those of the compose files."""
    found = set(re.findall(r"^FROM (\S+:\S+)", DOCKERFILE, re.MULTILINE))
    for file in DOCKER.glob("compose*.yaml"):
        for about in yaml.safe_load(file.read_text())["services"].values():
            found.add(about.get("image", OURS[0]))
    return found - set(OURS)


def test_images_have_exact_tags():
    assert len(images()) == 6
    for image in images():
        tag = image.partition("@")[0].partition(":")[2]
        assert re.match(r"(\d+\.\d+|RELEASE\.\d{4}-\d\d-\d\dT)", tag), image


def test_nobody_in_a_container_gains_rights_or_changes_it():
    for file in DOCKER.glob("compose*.yaml"):
        if file.name == "compose.gpu.yaml":  # only adds devices
            continue
        for name, about in yaml.safe_load(file.read_text())["services"].items():
            assert about["cap_drop"] == ["ALL"], (file.name, name)
            assert about["security_opt"] == ["no-new-privileges:true"]
            assert about["read_only"] is True
            if about["image"] in OURS:
                assert "cap_add" not in about
                assert {"var:/var/lib/colorweb", "/tmp"} <= set(about["volumes"])


DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.fixture
def pinned(tmp_path: Path):
    """Runs `pin.sh` on copies, with a `docker` that knows the digests of all but `unknown`."""
    for file in (*DOCKER.glob("compose*.yaml"), DOCKER / "Dockerfile", DOCKER / "pin.sh"):
        (tmp_path / file.name).write_bytes(file.read_bytes())

    def pinned(unknown: str = "none") -> subprocess.CompletedProcess[str]:
        docker = tmp_path / "bin" / "docker"
        docker.parent.mkdir(exist_ok=True)
        docker.write_text(
            f"""#!/bin/sh
[ "$2" = version ] && exit 0
case "$4" in *{unknown}*) exit 1 ;; esac
echo {DIGEST}
"""
        )
        docker.chmod(0o755)
        return subprocess.run(
            ["sh", str(tmp_path / "pin.sh")],
            env={"PATH": f"{docker.parent}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )

    return pinned


def test_pinning_writes_the_digest_behind_each_tag_and_again_the_new_one(pinned, tmp_path):
    assert pinned().returncode == 0
    assert pinned().returncode == 0
    for file in DOCKER.glob("compose*.yaml"):
        before, after = file.read_text(), (tmp_path / file.name).read_text()
        assert after.replace(f"@{DIGEST}", "") == before
        for about in yaml.safe_load(after)["services"].values():
            image = about.get("image", OURS[0])
            assert (f"@{DIGEST}" in image) == (image not in OURS)
    dockerfile = (tmp_path / "Dockerfile").read_text()
    assert dockerfile.replace(f"@{DIGEST}", "") == DOCKERFILE
    assert dockerfile.count(DIGEST) == 2


def test_pinning_that_cannot_read_every_digest_writes_none(pinned, tmp_path):
    assert pinned(unknown="postgres").returncode == 1
    for file in (*DOCKER.glob("compose*.yaml"), DOCKER / "Dockerfile"):
        assert (tmp_path / file.name).read_bytes() == file.read_bytes()


def test_pinning_without_docker_says_so(tmp_path):
    (tmp_path / "dirname").symlink_to(shutil.which("dirname") or "")
    run = subprocess.run(
        ["/bin/sh", str(DOCKER / "pin.sh")],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr.startswith("docker/pin.sh needs Docker with buildx")

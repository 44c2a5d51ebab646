"""docs/operations.md describes every setting there is, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import yaml

from colorweb.runtime import REPOSITORY

OURS_ONLY = {
    # From the launcher to what it starts.
    *("COLORWEB_WORKER", "COLORWEB_SHARED_PORT", "OMP_NUM_THREADS"),
    "DJANGO_SETTINGS_MODULE",
    *("LOCAL_RANK", "WORLD_SIZE"),  # torchrun's
}
SERVERS_ONLY = {"FORWARDED_ALLOW_IPS"}  # uvicorn reads it itself
SECRET = re.compile(r"(runtime\.)?environment_value|_with_password")
READER = re.compile(rf"(runtime\.)?(env\.\w+|origins)|os\.environ\.get|{SECRET.pattern}")

TEXT = (REPOSITORY / "docs" / "operations.md").read_text()
SECTION = TEXT.split("## Settings\n")[1].split("\n## ")[0]


def documented() -> set[str]:
    """The settings in the first column of the table."""
    first = [line.split("|")[1] for line in SECTION.splitlines() if line.startswith("| `")]
    return {name for cell in first for name in re.findall(r"`([A-Z0-9_]+)`", cell)}


def read() -> Iterator[tuple[str, str]]:
    """Each name of the environment that the code reads, and the function that reads it."""
    for package in ("colorweb", "jobs", "ml"):
        for path in (REPOSITORY / package).rglob("*.py"):
            if path.is_relative_to(REPOSITORY / "colorweb" / "testing"):
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and READER.fullmatch(ast.unparse(node.func)):
                    names = [name for argument in node.args if (name := _name(argument))]
                    yield from ((name, ast.unparse(node.func)) for name in names)
                elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
                    yield from ((name, "os.environ") for name in [_name(node.slice)] if name)


def _name(node: ast.expr) -> str | None:
    """The name in an expression that is one."""
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) and re.fullmatch("[A-Z][A-Z0-9_]+", value) else None


def test_every_setting_is_in_the_table_and_no_other():
    names = {name for name, _ in read()} - OURS_ONLY
    assert documented() - SERVERS_ONLY == names


def test_what_may_lie_in_a_file_is_said():
    sentence = SECTION.split("may lie in a file")[0].rpartition("\n\n")[2]
    secrets = {name for name, reader in read() if SECRET.fullmatch(reader)}
    assert set(re.findall(r"`([A-Z0-9_]+)`", sentence)) == secrets


def test_containers_are_given_settings_there_are():
    passed = set()
    for file in (REPOSITORY / "docker").glob("compose*.yaml"):
        for service in yaml.safe_load(file.read_text())["services"].values():
            if str(service.get("image")).startswith("colorweb-"):
                passed |= set(service["environment"])
    assert {name.removesuffix("_FILE") for name in passed} <= documented()

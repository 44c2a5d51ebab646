"""Alert rules and dashboard are PromQL, of figures and labels that /metrics has."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator

import promql_parser
import pytest
import yaml
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from colorweb.health import counted, metrics
from colorweb.health.counts import Counter, Histogram
from colorweb.runtime import REPOSITORY
from jobs.queue import metrics as of_queue
from jobs.results import metrics as of_results
from jobs.webhooks import metrics as of_webhooks
from ml.training import metrics as of_training
from ml.versions import metrics as of_versions

FOLDER = REPOSITORY / "docker" / "observability"
RULES = yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"][0]["rules"]
PANELS = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
OF_PROMETHEUS = {"up": {"job", "instance"}}
SUFFIXES = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",), "gauge": ("",)}


def expressions() -> list[str]:
    found = [rule["expr"] for rule in RULES]
    found += [target["expr"] for panel in PANELS for target in panel["targets"]]
    return [each.replace("$__rate_interval", "5m") for each in found]


def selectors(node: object) -> Iterator[promql_parser.VectorSelector]:
    """The selectors in an expression."""
    if isinstance(node, promql_parser.VectorSelector):
        yield node
    for name in ("expr", "lhs", "rhs", "vector_selector", "vs", "args", "param"):
        below = getattr(node, name, None)
        for each in below if isinstance(below, list) else [below]:
            if isinstance(each, promql_parser.Expr):
                yield from selectors(each)


def shown() -> dict[str, set[str]]:
    """The name of each series that /metrics has or will have, and its labels."""
    figures = (
        *(metrics.GAUGES, counted.ALL, of_queue.FIGURES, of_results.FIGURES),
        *(of_webhooks.FIGURES, of_training.FIGURES, of_versions.FIGURES),
    )
    labels = {"colorweb_mails": {"state"}}
    for figure in (each for group in figures for each in group):
        own = figure.labels if isinstance(figure, Counter | Histogram) else (figure.label,)
        labels[figure.name] = {*own}
    return {
        family.name + suffix: labels.get(family.name, {"job", "instance"}) | {"le"}
        for family in families()
        for suffix in SUFFIXES.get(family.type, ())
    }


def families() -> list[Metric]:
    return [*text_string_to_metric_families(metrics.render().decode())]


@pytest.mark.django_db(transaction=True)
def test_rules_and_dashboard_name_figures_and_labels_that_there_are():
    known = shown() | OF_PROMETHEUS
    named = set()
    for expression in expressions():
        for selector in selectors(promql_parser.parse(expression)):
            name = str(selector.name)
            labels = {matcher.name for matcher in selector.matchers.matchers}
            assert labels <= known[name] | {"job"}, expression
            named.add(name)
    # And nothing is counted that nobody looks at.
    series = {re.sub("_(bucket|count|sum|total)$", "", name) for name in named}
    ours = {re.sub("_(bucket|count|sum|total)$", "", name) for name in known}
    assert {name for name in ours if name.startswith("colorweb_")} <= series


def test_every_figure_and_alert_is_in_the_document():
    text = (REPOSITORY / "docs" / "operations.md").read_text()
    for name in {name for name in shown_names() if name.startswith("colorweb_")}:
        assert f"`{name}" in text, name
    for rule in RULES:
        assert f"`{rule['alert']}`" in text, rule["alert"]


def shown_names() -> set[str]:
    """What the rules and the dashboard look at, without suffixes."""
    text = " ".join(expressions())
    return {
        re.sub("_(bucket|count|sum|total)$", "", name)
        for name in re.findall(r"\bcolorweb_\w+", text)
    }


@pytest.mark.skipif(not shutil.which("promtool"), reason="needs promtool (Debian: prometheus)")
def test_promtool_finds_nothing_wrong():
    run = subprocess.run(
        ["promtool", "check", "rules", str(FOLDER / "alerts.yaml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr

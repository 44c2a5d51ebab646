import json
from xml.etree import ElementTree as ET

from ml.resnet_gray.evaluation.curves import main, read


def journal(folder, *checks):
    folder.mkdir()
    lines = [{"event": "check", "step": s, "epoch": e, "of_gray": m} for s, e, m in checks]
    lines.append({"event": "end", "reason": "finished"})
    (folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def test_picture_has_a_line_for_each_run(tmp_path):
    first = journal(tmp_path / "a", (10, 1, 0.8), (20, 2, 0.7))
    second = journal(tmp_path / "b", (10, 0.5, 0.75))
    target = tmp_path / "curves.svg"
    assert main([f"best & last={first}", str(second), "-o", str(target)]) == 0
    root = ET.fromstring(target.read_text())
    assert len(root.findall("{*}path")) == 2
    texts = [text.text for text in root.findall("{*}text")]
    assert "best & last 0.700" in texts
    assert "b 0.750" in texts


def test_step_that_was_made_again_counts_once(tmp_path):
    run = journal(tmp_path / "a", (10, 1, 0.8), (20, 2, 0.9), (10, 1, 0.8), (20, 2, 0.7))
    assert read(run) == [(1, 0.8), (2, 0.7)]


def test_run_without_checks_is_named_in_one_line(tmp_path, capsys):
    run = journal(tmp_path / "a")
    assert main([str(run), "-o", str(tmp_path / "c.svg")]) == 1
    assert capsys.readouterr().err == f"curves: {run}: no check in the journal\n"
    assert not (tmp_path / "c.svg").exists()

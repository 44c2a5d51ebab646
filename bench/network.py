"""The network on one thread: what colors on a CPU against PyTorch, in time, memory and start."""

import json
import os
import subprocess
import sys
import time
from functools import partial
from typing import Any

import numpy as np

from bench import processor
from bench.rows import Row, ms, times
from ml.resnet_gray.network import cards
from ml.resnet_gray.network.engines import Engine
from ml.versions import catalog

AIM = 1.1


def engine(name: str) -> Engine:
    """The model in service on a CPU, by OpenVINO or by PyTorch."""
    path = catalog.default()
    card = cards.read_card(path)
    if name == "OpenVINO":
        from ml.resnet_gray.network.openvino_engine import OpenVinoEngine  # noqa: PLC0415 - alone

        return OpenVinoEngine(path, card)
    from ml.resnet_gray.network.torch_engine import TorchEngine  # noqa: PLC0415 - alone

    return TorchEngine(path, card, "cpu")


def color(engine: Engine, height: int = 256, width: int = 256) -> None:
    """One frame, both looks."""
    light = np.random.default_rng(0).uniform(0, 100, (1, 1, height, width)).astype(np.float32)
    engine.decode(engine.encode(light))


def rows(*, quick: bool) -> list[Row]:
    """The network alone in this process, then each engine in a process of its own."""
    ours, theirs = engine("OpenVINO"), engine("PyTorch")
    from ml.resnet_gray.network.torch_engine import best_dtype  # noqa: PLC0415 - torch

    dtype = str(best_dtype("cpu")).removeprefix("torch.")
    found = []
    for height, width in ((256, 256), (256, 384)):
        taken = times(
            {
                "ours": partial(color, ours, height, width),
                "theirs": partial(color, theirs, height, width),
            },
            repeats=9 if quick else 41,
        )
        found.append(
            Row(
                f"network `{catalog.default().stem}` at {height} x {width}, OpenVINO, {dtype}",
                ms(taken["ours"]),
                f"{ms(taken['theirs'])} by PyTorch, fused, channels last, {dtype}",
                f"{taken['ours'] / taken['theirs']:.2f} x",
                f"at most {AIM} x",
            )
        )
    for_us, for_them = alone("OpenVINO"), alone("PyTorch")
    for what, key, unit in (
        ("processor from nothing to the first answer", "seconds", "s"),
        ("memory of a process after it (PSS)", "megabytes", "MB"),
        ("the same after all frame shapes", "grown", "MB"),
    ):
        found.append(
            Row(
                f"- {what}, OpenVINO",
                f"{for_us[key]} {unit}",
                f"{for_them[key]} {unit} by PyTorch",
                f"{for_us[key] / for_them[key]:.2f} x",
            )
        )
    return found


def alone(name: str) -> dict[str, Any]:
    """What an engine costs in a process of its own."""
    command = [sys.executable, "-m", "bench.network", name]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return dict(json.loads(done.stdout))


def main(name: str) -> None:
    """Prints seconds of processor until the first answer, and MB (PSS) then and later."""
    from ml.imaging.framing import frame_shapes  # noqa: PLC0415

    loaded = engine(name)
    color(loaded)
    seconds, first = round(time.process_time(), 2), _megabytes()
    for height, width in frame_shapes(256):
        color(loaded, height, width)
    print(json.dumps({"seconds": seconds, "megabytes": first, "grown": _megabytes()}))


def _megabytes() -> int:
    return processor.held(os.getpid()) // 1000


if __name__ == "__main__":
    main(sys.argv[1])

"""The checks of a run on held-out photos: what it would ship now is written, measured and shown."""

import copy
import shutil
from pathlib import Path
from typing import Any

import torch

from ml.resnet_gray.evaluation import checks
from ml.resnet_gray.evaluation.calibrate import DEFAULT_DECODING, Decoding, calibrate
from ml.resnet_gray.evaluation.checks import HeldOut
from ml.resnet_gray.network.bins import mean_ab
from ml.resnet_gray.network.colorizer import Colorizer
from ml.resnet_gray.network.networks import ResNetGrayUNet

from .engine import Run, write_atomically

CALIBRATED_ON = 60  # photos: each is decoded in forty ways


def _copy(source: Path, target: Path) -> None:
    def write(part: Path) -> None:
        shutil.copyfile(source, part)

    write_atomically(target, write)


class Checks:
    """Checks of one run, all on the same photos."""

    def __init__(self, run: Run, held_out: HeldOut) -> None:
        self.run, self.held_out = run, held_out
        self._samples: checks.Samples | None = None

    def check(self) -> dict[str, Any]:
        """Logs figures and pictures; answers the figures, ``best`` among them.

        Writes ``latest.safetensors`` as it would ship, measures that, and copies it to ``best`` if
        it is the best yet, which the run remembers.
        """
        run = self.run
        with run.autocast():
            lost = checks.loss_of(run.result, self.held_out.photos, run.loss)
        decoding = self.calibrated()
        colorizer = Colorizer(run.export("latest", {}, decoding), str(run.device))
        figures = {"loss": lost, **checks.measure(colorizer, self.held_out)}
        best = run.best is None or figures["mse"] < run.best
        run.best, run.worse = (figures["mse"], 0) if best else (run.best, run.worse + 1)
        latest = run.export("latest", checks.for_card(figures), decoding)
        if best:
            _copy(latest, run.folder.weights("best"))
        figures["best"] = best
        run.log("check", **figures)
        run.log("samples", files=[self.write_samples(colorizer)])
        return figures

    def calibrated(self) -> Decoding:
        """The decoding that the network would ship with now."""
        run = self.run
        net = copy.deepcopy(run.result).cpu()
        if not isinstance(net, ResNetGrayUNet) or run.balance is None:
            return DEFAULT_DECODING
        photos = self.held_out.photos
        some = photos.pick(range(len(photos))[:CALIBRATED_ON])
        constant = torch.tensor(mean_ab(run.colors))
        return calibrate(net, run.balance.cpu(), constant, some, run.size_shipped).decoding

    def write_samples(self, colorizer: Colorizer) -> str:
        """Writes sample pictures; answers the file's name within the folder."""
        name = f"samples/{self.run.step:07}.png"
        self._samples = self._samples or checks.Samples(self.held_out)
        self._samples.write(self.run.folder.path / name, colorizer)
        return name

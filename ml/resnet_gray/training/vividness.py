"""``python -m ml.resnet_gray.training.vividness MODEL --data PHOTOS… -o FILE``: teaches a finished
U-Net how vivid to be where.

Only the head for vividness learns (``network.vivid``); all else stays as it is. It makes small what
people complain about: neutral places shown colorful, and colorful ones shown gray, counted as
``evaluate`` counts them but softly; beside these the squared error. The photos are to stay as
colorful as asked for.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from ml.resnet_gray.data.batches import Batches, BatchRequest, steps_per_epoch
from ml.resnet_gray.data.data import Photos
from ml.resnet_gray.evaluation.metrics import COLORFUL, FALSE_COLOR, LEFT_GRAY, NEUTRAL, TINTED
from ml.resnet_gray.network import weights
from ml.resnet_gray.network.bins import annealed_mean
from ml.resnet_gray.network.cards import Card, CardError
from ml.resnet_gray.network.lab import lab_to_rgb
from ml.resnet_gray.network.networks import ResNetGrayUNet
from ml.resnet_gray.progress import bar

from . import finishing
from .augment import old_scan

BATCH, SIZE, RATE, AGED = 32, 160, 3e-3, 0.2
PHOTOS, EPOCHS = 3000, 6  # 300 kB of memory a photo
COLORFULNESS = 0.86  # of the true photos', as ``calibrate`` asks for
STRENGTH = 0.6
"""What is kept of the head's way from the regression: photos are more colorful at full size than at
the quarter that it learns at; found on the development split, where 0.83 of the truth's is left."""
SOFT = 2.0  # Lab units over which a count goes from 0 to 1
PENALTY = {"tinted": 0.3, "mse": 1.0, "pale": 20.0}


def objective(lightness: Tensor, shown: Tensor, truth: Tensor) -> Tensor:
    """What the head makes small, for L N,1,h,w, colors shown and true colors N,2,h,w."""
    ours, theirs = (ab.square().sum(1).add(1e-6).sqrt() for ab in (shown, truth))
    neutral, colorful = (theirs < NEUTRAL).float(), (theirs > COLORFUL).float()

    def share(of: Tensor, wrong: Tensor) -> Tensor:
        return (of * (wrong / SOFT).sigmoid()).sum() / of.sum().clamp_min(1)

    false_color = share(neutral, ours - FALSE_COLOR)
    tinted = share(neutral, ours - TINTED)
    left_gray = share(colorful, LEFT_GRAY - ours)
    mse = (shown - truth).square().mean() / truth.square().mean()
    ratio = colorfulness(lightness, shown).sum() / colorfulness(lightness, truth).sum()
    pale = (COLORFULNESS - ratio).clamp_min(0).square()
    rest = PENALTY["tinted"] * tinted + PENALTY["mse"] * mse + PENALTY["pale"] * pale
    return false_color + left_gray + rest


def colorfulness(lightness: Tensor, ab: Tensor) -> Tensor:
    """N: as ``metrics.colorfulness``, so that it can be differentiated."""
    r, g, b = (255 * lab_to_rgb(torch.cat((lightness, ab), 1))).unbind(1)
    opponents = torch.stack(((r - g).abs(), ((r + g) / 2 - b).abs())).flatten(2)
    spread = opponents.var(2, unbiased=False).sum(0).add(1e-6).sqrt()
    return spread + 0.3 * opponents.mean(2).square().sum(0).add(1e-6).sqrt()


class Example(NamedTuple):
    """A step's photos as the head sees them; all at a quarter of their size."""

    features: Tensor  # N,96,h,w in bfloat16
    regression: Tensor  # N,2,h,w, as the others
    sharpened: Tensor
    lightness: Tensor
    truth: Tensor


def teach(
    net: ResNetGrayUNet, temperature: float, photos: Photos, epochs: int, workers: int = 2
) -> None:
    """Trains the head of a network, a new one if it has none.

    All else stays, so that each photo goes through the network only once.
    """
    net.requires_grad_(False).eval()
    net.add_vivid_head()
    assert net.vivid is not None
    batches = Batches(photos, BATCH, seed=0, workers=workers)
    count = steps_per_epoch(photos, BATCH)
    examples = [_example(net, temperature, batches, step) for step in bar(range(count))]
    optimizer = torch.optim.AdamW(net.vivid.parameters(), RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=epochs * count)
    for step in bar(range(epochs * count), desc="teaching"):
        example = examples[step % count]
        with torch.autocast("cpu", torch.bfloat16):
            parts = net.vivid(example.features)
        shown = parts[:, :1] * example.regression + parts[:, 1:] * example.sharpened
        loss = objective(example.lightness, shown, example.truth)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
    net.eval()


@torch.no_grad()
def _example(net: ResNetGrayUNet, temperature: float, batches: Batches, step: int) -> Example:
    lightness, ab = batches.get(BatchRequest(step, SIZE), BatchRequest(step + 1, SIZE))
    aged = old_scan(lightness, ab, AGED, torch.Generator().manual_seed(step))
    with torch.autocast("cpu", torch.bfloat16):
        features = net.last_features(net.encode(aged))
        prediction = net.answer(features)
    assert prediction.logits is not None
    return Example(
        features.bfloat16(),
        prediction.ab,
        annealed_mean(prediction.logits, net.bins, temperature),
        F.avg_pool2d(lightness, 4),
        F.avg_pool2d(ab, 4),
    )


def _unet(path: Path) -> tuple[ResNetGrayUNet, Card]:
    net, card = weights.load(path)
    if not isinstance(net, ResNetGrayUNet):
        raise CardError(f"{path} has no distribution of colors to show less of")
    return net, card


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; answers its exit status."""
    parser = finishing.parser("vividness", "How vivid to be where.", PHOTOS)
    parser.add_argument(
        "--epochs", type=int, default=EPOCHS, help=f"times that each is seen [{EPOCHS}]"
    )
    parser.add_argument(
        "--strength", type=float, default=STRENGTH, help=f"what is kept of it, 0..1 [{STRENGTH}]"
    )

    def work(net: ResNetGrayUNet, card: Card, photos: Photos, options: argparse.Namespace) -> None:
        teach(net, card["temperature"], photos, options.epochs)
        assert net.vivid is not None
        net.vivid.calm(options.strength)

    return finishing.run(parser, arguments, _unet, work)


if __name__ == "__main__":
    sys.exit(main())

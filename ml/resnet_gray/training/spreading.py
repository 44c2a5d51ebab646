"""``python -m ml.resnet_gray.training.spreading MODEL --data PHOTOS… -o FILE``: teaches a finished
U-Net with hint layers how far hints spread.

Only ``network.spread`` learns: the likeness of places, and the scales. All else stays as it is. It
makes small the logarithm of the squared error, as PSNR does, with few hints and with many.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from ml.resnet_gray.data.batches import Batches, BatchRequest, steps_per_epoch
from ml.resnet_gray.data.data import Photos
from ml.resnet_gray.network import weights
from ml.resnet_gray.network.cards import Card, CardError
from ml.resnet_gray.network.networks import ResNetGrayUNet
from ml.resnet_gray.progress import bar

from . import finishing, simulated_hints

BATCH, SIZE, PHOTOS = 8, 192, 6000
RATES = 3e-3, 1e-2  # of the likeness, and of the scales
MEAN_COUNTS = (1.5, 4.0, 12.0, 40.0, 40.0)
"""Of hints, one for each step in turn: with many there is more to learn."""
FEW, CANDIDATES = 4.0, 16
"""Every second of the steps with so few hints has, of so many places for each, that where the
answer without hints errs most: people point at what is wrong, and what is around may be right."""
FLOOR = 4.0
"""Squared Lab units that nobody sees; photos that err less do not count for more."""


def teach(net: ResNetGrayUNet, temperature: float, photos: Photos, workers: int = 2) -> None:
    """Trains the spread of a network with each photo once."""
    assert net.hints is not None
    net.requires_grad_(False).eval()
    spread = net.hints.spread.requires_grad_(True)
    likeness: dict[str, Any] = {"params": [spread.likeness.weight, spread.scene.weight]}
    scales: dict[str, Any] = {"params": [spread.scales, spread.more_scales]}
    optimizer = torch.optim.Adam([likeness, scales])
    count = steps_per_epoch(photos, BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, list(RATES), total_steps=count)
    batches = Batches(photos, BATCH, seed=0, workers=workers)
    for step in bar(range(count), desc="teaching"):
        lightness, ab = batches.get(BatchRequest(step, SIZE), BatchRequest(step + 1, SIZE))
        loss = objective(net, temperature, lightness, ab, step)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()


def objective(
    net: ResNetGrayUNet, temperature: float, lightness: Tensor, ab: Tensor, step: int
) -> Tensor:
    """The error of photos with hints, L N,1,H,W and ab N,2,H,W; ``step`` seeds the hints."""
    generator = torch.Generator().manual_seed(step)
    mean_count = MEAN_COUNTS[step % len(MEAN_COUNTS)]
    points = simulated_hints.points(ab, 1.0, generator, mean_count)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        encoded = net.encode(lightness)
        if mean_count <= FEW and step // len(MEAN_COUNTS) % 2:
            unhinted = net.decode(encoded).decoded(net.bins, temperature).float()
            points = _corrective(points, unhinted, ab, generator)
        features = net.last_features(encoded, points)
        decoded = net.answer(features).decoded(net.bins, temperature).float()
    assert net.hints is not None
    shown = net.hints.spread(features.float(), encoded[0].float(), points).apply(decoded)
    error = (shown - F.avg_pool2d(ab, 4)).square().mean((1, 2, 3))
    return (error + FLOOR).log().mean()


def _corrective(points: Tensor, answer: Tensor, ab: Tensor, generator: torch.Generator) -> Tensor:
    """The points N,K,5 moved to where the answer N,2,h,w errs."""
    n, k = points.shape[:2]
    height, width = answer.shape[2:]
    error = (answer - F.avg_pool2d(ab, 4)).square().sum(1).flatten(1)
    places = torch.randint(height * width, (n, k * CANDIDATES), generator=generator)
    worst = error.gather(1, places).view(n, k, CANDIDATES).argmax(2, keepdim=True)
    place = places.view(n, k, CANDIDATES).gather(2, worst)[..., 0]
    x, y = place % width, place // width
    colors = simulated_hints.patch_means(ab, 4 * x + 2, 4 * y + 2, torch.full_like(x, 3))
    there = torch.stack(((x + 0.5) / width, (y + 0.5) / height), 2)
    return torch.cat((there, colors, points[..., 4:]), 2)


def _unet(path: Path) -> tuple[ResNetGrayUNet, Card]:
    net, card = weights.load(path)
    if not isinstance(net, ResNetGrayUNet) or net.hints is None:
        raise CardError(f"{path} has no layers for hints")
    return net, card


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; answers its exit status."""
    parser = finishing.parser("spreading", "How far hints spread.", PHOTOS)

    def work(net: ResNetGrayUNet, card: Card, photos: Photos, _options: argparse.Namespace) -> None:
        teach(net, card["temperature"], photos)

    return finishing.run(parser, arguments, _unet, work)


if __name__ == "__main__":
    sys.exit(main())

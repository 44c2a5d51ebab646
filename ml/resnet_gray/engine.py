"""The training run: its state, one step, and how it is saved and taken up again."""

import copy
import json
import math
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from . import augment, data, losses, weights
from .bins import mean_ab, occupied_bins
from .networks import Network, initialise_as_paper
from .recipes import Recipe

CHECK_SIZE = 160  # pixels of the short side, for photos apart
LEAST_SHARE = 1e-5  # of all training pixels, for a bin to be worth an output


def fast_bfloat16(device: torch.device) -> bool:
    """Whether the device computes bfloat16 faster than single precision."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    # torch has no public question for this; where the private one is gone, say no.
    has = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(has and has())


def write_atomically(path: Path, save: Any) -> None:
    """Calls ``save(temporary path)`` and puts the file in place at once."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    save(part)
    part.replace(path)


class Average:
    """An exponential moving average of a network's values: calmer than the last ones."""

    def __init__(self, net: Network, decay: float) -> None:
        self.net = copy.deepcopy(net).eval().requires_grad_(False)
        self.decay = decay
        self.count = 0

    @torch.no_grad()
    def update(self, net: nn.Module) -> None:
        self.count += 1
        keep = min(self.decay, self.count / (self.count + 10))  # young averages forget faster
        ours, theirs = self.net.state_dict(), net.state_dict()
        for name, value in ours.items():
            if value.is_floating_point():
                value.lerp_(theirs[name], 1 - keep)
            else:
                value.copy_(theirs[name])


class Run:
    """A network being trained. What it does at a step hangs on the step alone, not on the past
    of any random generator, so that a run taken up again goes on exactly as it would have.
    """

    def __init__(
        self,
        recipe: Recipe,
        photos: data.Photos,
        folder: Path,
        *,
        minutes: float | None = None,
        pretrained: dict[str, Tensor] | None = None,
        device: str | None = None,
    ) -> None:
        """``minutes`` makes the run last so long on the clock, whatever ``epochs`` says."""
        self.recipe, self.photos, self.folder, self.minutes = recipe, photos, folder, minutes
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.bfloat16 = fast_bfloat16(self.device)
        self.step, self.elapsed = 0, 0.0
        self.best: float | None = None

        torch.manual_seed(recipe.seed)
        self.colours = photos.colours()
        bins = occupied_bins(self.colours, LEAST_SHARE * int(self.colours.sum()))
        net = weights.build(recipe.architecture, bins, pretrained)
        if recipe.paper_init:
            initialise_as_paper(net)
        self.net: Network = net.to(self.device).to(memory_format=torch.channels_last)
        self.loss = losses.loss_for(net, self.colours).to(self.device)
        self.average = Average(self.net, recipe.average) if recipe.average else None
        self.optimiser = self._optimiser()

    def _optimiser(self) -> torch.optim.Optimizer:
        groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
        for name, value in self.net.named_parameters():
            groups.setdefault((name.startswith("encoder."), value.dim() > 1), []).append(value)
        return torch.optim.AdamW(
            [
                {
                    "params": values,
                    "scale": self.recipe.encoder_rate if encoder else 1.0,
                    "weight_decay": self.recipe.decay if kernel else 0.0,
                }
                for (encoder, kernel), values in groups.items()
            ],
            lr=self.recipe.rate,
        )

    @property
    def steps_per_epoch(self) -> int:
        return data.steps_per_epoch(self.photos, self.recipe.batch)

    @property
    def progress(self) -> float:
        """How much of the run is done, 0..1."""
        if self.minutes:
            return min(1.0, self.elapsed / (60 * self.minutes))
        return min(1.0, self.step / (self.steps_per_epoch * self.recipe.epochs))

    @property
    def result(self) -> Network:
        """The network to use: the averaged one where there is one."""
        net = self.average.net if self.average else self.net
        return net.eval()

    def rate_at(self, progress: float) -> float:
        """The learning rate as a part of the highest."""
        if self.recipe.schedule == "constant":
            return 1.0
        if progress < self.recipe.warmup:
            return progress / self.recipe.warmup + 1e-3
        rest = (progress - self.recipe.warmup) / (1 - self.recipe.warmup)
        return max(0.5 * (1 + math.cos(math.pi * rest)), 1e-3)

    def advance(self) -> dict[str, float]:
        """One step; answers the parts of the loss."""
        began = time.monotonic()
        recipe, progress = self.recipe, self.progress
        torch.manual_seed(recipe.seed * 1_000_003 + self.step)  # dropout
        generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + self.step)
        lightness, ab = data.batch_of(
            self.photos, self.step, recipe.batch, recipe.size_at(progress), recipe.seed
        )
        lightness, ab = lightness.to(self.device), ab.to(self.device)
        if recipe.aged:
            lightness = augment.old_scan(lightness, ab, recipe.aged, generator)
        lightness = lightness.contiguous(memory_format=torch.channels_last)

        for group in self.optimiser.param_groups:
            group["lr"] = recipe.rate * group["scale"] * self.rate_at(progress)
        self.net.train()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16):
            loss, parts = self.loss(self.net, lightness, ab)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        if recipe.clip:
            nn.utils.clip_grad_norm_(self.net.parameters(), recipe.clip)
        self.optimiser.step()
        if self.average:
            self.average.update(self.net)
        self.step += 1
        self.elapsed += time.monotonic() - began
        return {"loss": float(loss.detach()), **{name: float(v) for name, v in parts.items()}}

    @torch.inference_mode()
    def check(self, photos: data.Photos, size: int = CHECK_SIZE) -> dict[str, float]:
        """The regression's error on photos apart, whole, and as a part of an all-grey answer's."""
        net, ours, grey = self.result, [], []
        for lightness, true_ab in data.whole_batches(photos, size, net.stride):
            ab = true_ab.to(self.device)
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16):
                ours.append(losses.mean_mse(net, lightness.to(self.device), ab))
            grey.append(losses.grey_mse(ab))
        mse = float(torch.cat(ours).mean())
        return {"mse": mse, "of_grey": mse / float(torch.cat(grey).mean())}

    # -- on disk ---------------------------------------------------------------------------------

    def save(self) -> None:
        """Writes ``checkpoint.pt``; a run killed at any moment leaves the last whole one."""
        state = {
            "net": self.net.state_dict(),
            "average": self.average and self.average.net.state_dict(),
            "average_count": self.average and self.average.count,
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "elapsed": self.elapsed,
            "best": self.best,
            "photos": self.photos.fingerprint,
            "recipe": asdict(self.recipe),
        }
        write_atomically(self.folder / "checkpoint.pt", lambda part: torch.save(state, part))

    def resume(self) -> bool:
        """Takes up ``checkpoint.pt`` where there is one. Raises DataError if the photos changed."""
        path = self.folder / "checkpoint.pt"
        if not path.exists():
            return False
        state = torch.load(path, map_location=self.device, weights_only=True)
        if state["photos"] != self.photos.fingerprint:
            raise data.DataError(f"{self.folder} was trained on other photos than these")
        self.net.load_state_dict(state["net"])
        if self.average:
            self.average.net.load_state_dict(state["average"])
            self.average.count = state["average_count"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.elapsed, self.best = state["step"], state["elapsed"], state["best"]
        return True

    def export(self, name: str, metrics: dict[str, float]) -> None:
        """Writes the network as a weights file with its card."""
        card = weights.new_card(
            self.recipe.architecture,
            trained_on=f"{len(self.photos)} photos ({self.photos.fingerprint[:12]})",
            mean_ab=mean_ab(self.colours),
            metrics=metrics,
        )
        weights.save(self.folder / f"{name}.safetensors", self.result, card)

    def log(self, **entry: object) -> None:
        """Appends a line of JSON to ``metrics.jsonl``, which another process may follow."""
        line = {"step": self.step, "progress": round(self.progress, 5), **entry}
        with (self.folder / "metrics.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")

"""The training run: its state, one step, and how it is saved and resumed."""

import copy
import json
import math
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from ml.resnet_gray.data.batches import Batches, BatchRequest, size_learned, steps_per_epoch
from ml.resnet_gray.data.data import Photos
from ml.resnet_gray.evaluation.calibrate import DEFAULT_DECODING, Decoding
from ml.resnet_gray.network import losses, weights
from ml.resnet_gray.network.bins import common_colors, mean_ab, occupied_bins
from ml.resnet_gray.network.networks import Network, ResNetGrayUNet, initialize_as_paper
from ml.resnet_gray.old_names import renamed

from . import augment, revision, simulated_hints
from .objective import Objective, weight_average
from .parallel import ProcessGroup
from .recipes import Recipe
from .run_folder import RunError, RunFolder

MIN_SHARE = 1e-5  # of all training pixels, for a bin to be worth an output


def fast_bfloat16(device: torch.device) -> bool:
    """Whether the device computes bfloat16 faster than single precision."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    # torch has no public question for this; where the private one is gone, the answer is no.
    has = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(has and has())


def write_atomically(path: Path, save: Callable[[Path], None]) -> None:
    """Calls ``save(temporary path)`` and puts the file in place at once."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    save(part)
    part.replace(path)


class Run:
    """A network being trained. What it does at a step hangs on the step alone, not on the past
    of any random generator, so that a resumed run goes on exactly as it would have.
    """

    def __init__(
        self,
        recipe: Recipe,
        photos: Photos,
        folder: RunFolder,
        *,
        pretrained: dict[str, Tensor] | None = None,
        base: Network | None = None,
        origin: dict[str, Any] | None = None,
        group: ProcessGroup | None = None,
        bfloat16: bool | None = None,
        workers: int = 1,
    ) -> None:
        """``base`` is a trained network to go on from, ``origin`` the card's ``license`` and
        ``lineage``, ``pretrained`` an encoder's ImageNet values;
        ``bfloat16`` is used where it is fast, unless given; ``workers`` threads prepare photos.
        Raises RunError.
        """
        self.recipe, self.photos, self.folder = recipe, photos, folder
        self.fingerprint = photos.fingerprint
        self.origin = origin or {}
        self.group = group or ProcessGroup(torch.device("cpu"))
        self.device = self.group.device
        self.bfloat16 = fast_bfloat16(self.device) if bfloat16 is None else bfloat16
        self.step, self.elapsed = 0, 0.0
        self.best: float | None = None
        self.worse = 0  # checks since the best one
        if recipe.batch % self._parts or self._parts > len(photos):
            what = f"{recipe.batch} photos a step, of {len(photos)} in all"
            raise RunError(f"{what}, cannot be dealt out to {self._parts}")

        torch.manual_seed(recipe.seed)
        self.colors = photos.colors()
        bins = occupied_bins(self.colors, MIN_SHARE * int(self.colors.sum()))
        net = base or weights.build(recipe.architecture, bins, pretrained)
        if recipe.paper_init:
            initialize_as_paper(net)
        if recipe.frozen_base:
            if isinstance(net, ResNetGrayUNet) and net.hints is None:
                net.add_hint_layers()
            for name, part in net.named_children():
                part.requires_grad_(name == "hints")
        if vivid := getattr(net, "vivid", None):
            vivid.requires_grad_(False)  # learns last, when all else is finished
        self.net: Network = net.to(self.device).to(memory_format=torch.channels_last)
        self.average = weight_average(self.net, recipe.average) if recipe.average else None
        self.loss = losses.loss_for(self.net, self.colors).to(self.device)
        self.objective = self.group.wrap(Objective(self.net, self.loss))
        self.optimizer = self._optimizer()
        self.batches = Batches(photos, recipe.batch, recipe.seed, workers)

    def _optimizer(self) -> torch.optim.Optimizer:
        groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
        for name, value in self.net.named_parameters():
            if value.requires_grad:
                group = groups.setdefault((name.startswith("encoder."), value.dim() > 1), [])
                group.append(value)
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
    def _parts(self) -> int:
        """How many parts a step's photos are dealt out to, over all processes."""
        return self.recipe.parts * self.group.size

    @property
    def steps_per_epoch(self) -> int:
        return steps_per_epoch(self.photos, self.recipe.batch)

    @property
    def epoch(self) -> float:
        """Epochs so far, with a fraction."""
        return self.step / self.steps_per_epoch

    @property
    def progress(self) -> float:
        """How much of the run is done, 0..1."""
        if self.recipe.minutes:
            return min(1.0, self.elapsed / (60 * self.recipe.minutes))
        return min(1.0, self.epoch / self.recipe.epochs)

    @property
    def result(self) -> Network:
        """The network to use: the averaged one where there is one."""
        net = cast("Network", self.average.module) if self.average else self.net
        return net.eval()

    @property
    def balance(self) -> Tensor | None:
        """The weights of the bins in training, Q; None for a network without."""
        return getattr(self.loss, "balance", None)

    def rate_at(self, progress: float) -> float:
        """The learning rate as a part of the highest."""
        if self.recipe.schedule == "constant":
            return 1.0
        if progress < self.recipe.warmup:
            return progress / self.recipe.warmup + 1e-3
        rest = (progress - self.recipe.warmup) / (1 - self.recipe.warmup)
        return max(0.5 * (1 + math.cos(math.pi * rest)), 1e-3)

    def advance(self) -> dict[str, float]:
        """One step; answers the parts of the loss, as this process's photos gave them."""
        began = time.monotonic()
        recipe, progress = self.recipe, self.progress
        for parameters in self.optimizer.param_groups:
            parameters["lr"] = recipe.rate * parameters["scale"] * self.rate_at(progress)
        self._train_mode()
        self.optimizer.zero_grad(set_to_none=True)
        sums: dict[str, float] = {}
        for i in range(recipe.parts):
            parts = self._backward(i, recipe.size_at(progress))
            sums = {name: sums.get(name, 0) + value for name, value in parts.items()}
        if recipe.clip:
            nn.utils.clip_grad_norm_(self.net.parameters(), recipe.clip)
        self.optimizer.step()
        if self.average:
            self.average.update_parameters(self.net)
        self.step += 1
        (self.elapsed,) = self.group.all_reduce_max(self.elapsed + time.monotonic() - began)
        return {name: value / recipe.parts for name, value in sums.items()}

    def _train_mode(self) -> None:
        self.net.train()
        if self.recipe.frozen_base:
            for name, part in self.net.named_children():
                part.train(name == "hints")

    def _backward(self, i: int, size: int) -> dict[str, float]:
        """Adds the gradients of one part of the step's photos."""
        part = self.group.rank * self.recipe.parts + i
        seed = (self.recipe.seed * 1_000_003 + self.step) * 1_009 + part
        torch.manual_seed(seed)  # dropout
        last = i == self.recipe.parts - 1
        request = BatchRequest(self.step, size, part, self._parts)
        then = BatchRequest(
            self.step + last, size, part + 1 - last * self.recipe.parts, self._parts
        )
        lightness, ab = (x.to(self.device) for x in self.batches.get(request, then))
        generator = torch.Generator().manual_seed(seed)
        points = None
        if self.recipe.hints and getattr(self.net, "hints", None):
            points = simulated_hints.points(ab, self.recipe.hints, generator)
        if self.recipe.aged:
            lightness = augment.old_scan(lightness, ab, self.recipe.aged, generator)
        lightness = lightness.contiguous(memory_format=torch.channels_last)
        with nullcontext() if last else self.group.no_sync(self.objective):
            with self.autocast():
                loss, parts = self.objective(lightness, ab, points)
            (loss / self.recipe.parts).backward()
        return {"loss": float(loss.detach()), **{name: float(v) for name, v in parts.items()}}

    def autocast(self) -> AbstractContextManager[Any]:
        """Within it the network computes in bfloat16, where that is request."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16)

    @property
    def size_shipped(self) -> int:
        """The short side that the network works at once it is trained, pixels."""
        return size_learned(self.recipe.size_at(1))

    # -- on disk ---------------------------------------------------------------------------------

    def save(self) -> None:
        """Writes ``checkpoint.pt``; a run killed at any moment leaves the last whole one."""
        state = {
            "net": self.net.state_dict(),
            "average": self.average and self.average.module.state_dict(),
            "average_count": self.average and int(self.average.n_averaged),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "elapsed": self.elapsed,
            "best": self.best,
            "worse": self.worse,
            "photos": self.fingerprint,
            "recipe": self.recipe.as_dict(),
            "origin": json.dumps(self.origin),
        }
        write_atomically(self.folder.checkpoint, lambda part: torch.save(state, part))

    @staticmethod
    def read(folder: RunFolder) -> dict[str, Any]:
        """What ``save`` wrote, on the CPU."""
        return renamed(torch.load(folder.checkpoint, map_location="cpu", weights_only=True))

    def resume(self, state: dict[str, Any]) -> None:
        """Goes on from a checkpoint. Raises RunError if the photos are not those of its time."""
        if state["photos"] != self.fingerprint:
            raise RunError(f"{self.folder.path} was trained on other photos than these")
        self.net.load_state_dict(state["net"])
        if self.average:
            self.average.module.load_state_dict(state["average"])
            self.average.n_averaged.fill_(state["average_count"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.elapsed = state["step"], state["elapsed"]
        self.best, self.worse = state["best"], state["worse"]
        self.origin = json.loads(state.get("origin") or "{}")

    def export(
        self, name: str, metrics: dict[str, Any], decoding: Decoding = DEFAULT_DECODING
    ) -> Path:
        """Writes the network as a weights file with its card and decoding; answers its path."""
        card = weights.new_card(
            self.net.architecture,
            trained_on=f"{len(self.photos)} photos ({self.fingerprint[:12]})",
            default_size=self.size_shipped,
            mean_ab=mean_ab(self.colors),
            common_colors=common_colors(self.colors),
            metrics=metrics,
            code_revision=revision.of_code(),
            **self.origin,
        )
        net = copy.deepcopy(self.result)
        if isinstance(net, ResNetGrayUNet) and self.balance is not None:
            decoding.apply(net, self.balance)
            card["temperature"] = decoding.temperature
        weights.save(self.folder.weights(name), net, card)
        return self.folder.weights(name)

    def log(self, event: str, **entry: Any) -> None:
        """Appends a line to the journal (see ``run_folder``)."""
        where = {"epoch": round(self.epoch, 4), "progress": round(self.progress, 5)}
        self.folder.log(event, step=self.step, **where, **entry)

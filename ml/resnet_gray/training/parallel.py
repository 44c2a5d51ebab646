"""One training on several processes, on one machine or many, started by ``torchrun``.

Each process takes its part of a step's photos; gradients are averaged over all (PyTorch's
DistributedDataParallel; NCCL between GPUs, Gloo between CPUs). Only the first checks and writes.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

T = TypeVar("T")

PATIENCE = timedelta(hours=2)  # that others wait while the first checks


@dataclass(frozen=True)
class Team:
    """The processes that train together, as one of them sees them; by default it is alone."""

    device: torch.device
    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        return self.rank == 0

    def share(self, make: Callable[[], T]) -> T:
        """What the first process makes, given to all; others do not make it."""
        box = [make() if self.first else None]
        if self.size > 1:
            dist.broadcast_object_list(box, src=0, device=self.device)
        return box[0]  # type: ignore[return-value]

    def most(self, *values: float) -> list[float]:
        """The largest of each value over the processes: so they agree on when to stop."""
        if self.size == 1:
            return list(values)
        box = torch.tensor(values, dtype=torch.float64, device=self.device)
        dist.all_reduce(box, dist.ReduceOp.MAX)
        return box.tolist()

    def wrap(self, module: nn.Module) -> nn.Module:
        """The module, its gradients averaged over the processes."""
        return DistributedDataParallel(module) if self.size > 1 else module

    def alone(self, module: nn.Module, *, yes: bool) -> AbstractContextManager[None]:
        """While in it, and if ``yes``, gradients of a wrapped module stay this process's own."""
        if yes and isinstance(module, DistributedDataParallel):
            return module.no_sync()
        return nullcontext()


@contextmanager
def joined(device: str | None = None) -> Iterator[Team]:
    """The team that ``torchrun`` made of us (its environment variables tell), or one alone."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    cuda = torch.cuda.is_available() if device is None else device.startswith("cuda")
    if size == 1:
        yield Team(torch.device(device or ("cuda" if cuda else "cpu")))
        return
    own = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(own)
    dist.init_process_group("nccl" if cuda else "gloo", timeout=PATIENCE)
    try:
        yield Team(own, dist.get_rank(), size)
    finally:
        dist.destroy_process_group()

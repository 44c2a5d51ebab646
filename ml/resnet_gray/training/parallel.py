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

TIMEOUT = timedelta(hours=2)  # for the others to wait while the first checks


@dataclass(frozen=True)
class ProcessGroup:
    """The processes that train together, as one of them sees them; by default a single one."""

    device: torch.device
    rank: int = 0
    size: int = 1

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def broadcast(self, make: Callable[[], T]) -> T:
        """What ``make`` gives in the first process, sent to all; the others do not call it."""
        holder = [make() if self.is_first else None]
        if self.size > 1:
            dist.broadcast_object_list(holder, src=0, device=self.device)
        return holder[0]  # type: ignore[return-value]

    def all_reduce_max(self, *values: float) -> list[float]:
        """The largest of each value over the processes, so that they agree on when to stop."""
        if self.size == 1:
            return list(values)
        largest = torch.tensor(values, dtype=torch.float64, device=self.device)
        dist.all_reduce(largest, dist.ReduceOp.MAX)
        return largest.tolist()

    def wrap(self, module: nn.Module) -> nn.Module:
        """The module, its gradients averaged over the processes."""
        return DistributedDataParallel(module) if self.size > 1 else module

    def no_sync(self, module: nn.Module) -> AbstractContextManager[None]:
        """While in it, the gradients of a wrapped module are not averaged."""
        if isinstance(module, DistributedDataParallel):
            return module.no_sync()
        return nullcontext()


@contextmanager
def process_group(device: str | None = None) -> Iterator[ProcessGroup]:
    """The group that ``torchrun`` started, by its environment variables; else a single process."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    cuda = torch.cuda.is_available() if device is None else device.startswith("cuda")
    if size == 1:
        yield ProcessGroup(torch.device(device or ("cuda" if cuda else "cpu")))
        return
    own = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(own)
    dist.init_process_group("nccl" if cuda else "gloo", timeout=TIMEOUT)
    try:
        yield ProcessGroup(own, dist.get_rank(), size)
    finally:
        dist.destroy_process_group()

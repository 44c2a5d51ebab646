"""The GPUs of this machine, through NVIDIA's management library: without torch, in milliseconds."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pynvml

MB = 2**20


def count() -> int:
    """How many GPUs this process may use: of CUDA_VISIBLE_DEVICES, else all of the machine."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible == "":
        return 0
    with _devices() as devices:
        return len(visible.split(",")) if visible and devices else len(devices)


def use() -> list[dict[str, int]]:
    """Of each: `busy` in percent, `used` and `total` memory in MB; left out where unknown."""
    with _devices() as devices:
        return [figures for device in devices if (figures := _figures(device))]


def _figures(device: Any) -> dict[str, int] | None:
    try:
        memory = pynvml.nvmlDeviceGetMemoryInfo(device)
        busy = pynvml.nvmlDeviceGetUtilizationRates(device).gpu
    except pynvml.NVMLError:  # not supported by this one
        return None
    return {"busy": busy, "used": memory.used // MB, "total": memory.total // MB}


@contextmanager
def _devices() -> Iterator[list[Any]]:
    """The handles of all GPUs; none where there is no driver."""
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        yield []
        return
    try:
        yield [pynvml.nvmlDeviceGetHandleByIndex(i) for i in range(pynvml.nvmlDeviceGetCount())]
    finally:
        pynvml.nvmlShutdown()

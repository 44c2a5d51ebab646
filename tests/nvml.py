"""NVIDIA's management library as tests need it: a machine with some GPUs."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

MB = 2**20


class NVMLError(Exception):
    pass


class Nvml:
    """Stands for the module `pynvml`; of each GPU the figures, or None where it gives none."""

    NVMLError = NVMLError

    def __init__(self, gpus: Sequence[tuple[int, int, int] | None]) -> None:
        """`gpus`: busy percent, used and total memory in MB."""
        self.gpus = gpus
        self.open = 0

    def nvmlInit(self) -> None:  # noqa: N802 - the library's names
        self.open += 1

    def nvmlShutdown(self) -> None:  # noqa: N802
        self.open -= 1

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802
        return len(self.gpus)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:  # noqa: N802
        return index

    def nvmlDeviceGetUtilizationRates(self, device: int) -> Any:  # noqa: N802
        return SimpleNamespace(gpu=self._figures(device)[0], memory=0)

    def nvmlDeviceGetMemoryInfo(self, device: int) -> Any:  # noqa: N802
        _busy, used, total = self._figures(device)
        return SimpleNamespace(used=used * MB, total=total * MB)

    def _figures(self, device: int) -> tuple[int, int, int]:
        figures = self.gpus[device]
        if figures is None:
            raise NVMLError("Not Supported")
        return figures

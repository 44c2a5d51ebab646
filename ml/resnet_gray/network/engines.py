"""What runs a network: OpenVINO on a CPU, PyTorch on a GPU, and where there is no OpenVINO.

Only who trains, or has a GPU, needs PyTorch: this module imports it where it is used.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from .cards import Card

Array = NDArray[Any]  # float32
Encoded = tuple[Any, ...]
"""What the part of a network before the hints makes of photos, on the engine's device."""
Looks = tuple[Array, Array]
"""regression and decoded, the colors at vividness 0 and 1, both N,2,h,w in Lab units."""

GPU_FILES = ("/dev/nvidiactl", "/dev/dxg", "/dev/nvmap", "/dev/kfd")
"""One is there where PyTorch may find a GPU: NVIDIA's, under Windows, on a Jetson, AMD's."""


class Engine(Protocol):
    """A network with the weights of one file, on one device. Threads may share it."""

    device: str
    bins: Array | None
    """Q,2: centers in the ab plane; None where a network answers with a mean alone."""

    def encode(self, lightness: Array) -> Encoded:
        """The part before the hints, of L N,1,H,W. MemoryError where a GPU has not enough."""

    def decode(self, encoded: Encoded, points: Array | None = None) -> Looks:
        """The rest, with hints N,K,5 (see ``spread``) or without. MemoryError as above."""

    def logits(self, encoded: Encoded, points: Array | None = None) -> Array:
        """N,Q,h,w over ``bins``."""

    def gpu_memory(self) -> int | None:
        """Bytes that this process holds on its GPU; None on a CPU."""


def load(path: Path | str, card: Card, device: str | None, parallel: int) -> Engine:
    """``device``: by default a GPU if there is one. ``parallel``: threads that ask at a time.

    Raises CardError, or OSError where the file cannot be read.
    """
    device = device or best_device()
    if device == "cpu" and find_spec("openvino"):
        from .openvino_engine import OpenVinoEngine  # noqa: PLC0415 - who has a GPU has no need of it

        return OpenVinoEngine(path, card, parallel)
    from .torch_engine import TorchEngine  # noqa: PLC0415 - seconds, and hundreds of megabytes

    return TorchEngine(path, card, device, parallel)


def available() -> bool:
    """Whether this installation can run a network."""
    return bool(find_spec("openvino") or find_spec("torch"))


def best_device() -> str:
    """A GPU that PyTorch can use, else the CPU; PyTorch is asked only where there may be one."""
    if any(Path(name).exists() for name in GPU_FILES) and find_spec("torch"):
        import torch  # noqa: PLC0415

        if torch.cuda.is_available():
            return "cuda"
    return "cpu"

"""The networks that a process holds ready: the one in service, and those requested lately.

The rows hold which version a name means, at each request. A network is loaded before the one it
replaces is dropped, so that photos are always colored by one of the two.
"""

import logging
import resource
import sys
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from safetensors import SafetensorError

from colorweb.errors import DomainError
from ml.models import ModelVersion
from ml.resnet_gray.network.cards import CardError
from ml.resnet_gray.network.colorizer import Colorizer
from ml.versions import registry

log = logging.getLogger(__name__)

MAX_NETWORKS = 3  # requested by name, besides the one in service
RETRY_AFTER = 30  # seconds after which a version that could not be loaded is tried again


@dataclass(frozen=True, slots=True)
class Network:
    """A version of a network, loaded and warm."""

    name: str
    sha256: str
    version: str
    colorizer: Colorizer


class Networks:
    """What one process colors with."""

    def __init__(self) -> None:
        self.problem = ""  # why the version in service is not the one that colors here
        self._lock = threading.RLock()
        self._kept: OrderedDict[str, Network] = OrderedDict()
        self._failed: dict[str, tuple[float, str]] = {}  # when and why, by SHA-256
        try:
            self.get("")
        except DomainError as error:
            self.problem = str(error.__cause__)
            self._kept[""] = self._load(registry.built_in())

    @property
    def in_service(self) -> Network:
        """The network that colors unless somebody asks for another."""
        return self._kept[""]

    def get(self, spec: str) -> Network:
        """The network of a model spec, as `registry.resolve` understands it, loaded if need be.

        A version that cannot be loaded leaves the one before it in its place and reports this in
        `problem`. Raises DomainError where there is none before it.
        """
        with self._lock:
            kept = self._kept.get(spec)
            try:
                version = registry.resolve(spec)
                network = self._found(version) or self._load(version)
            except (
                LookupError,
                registry.WeightsUnavailable,
                OSError,
                CardError,
                SafetensorError,
            ) as error:
                if kept is None:
                    raise DomainError("model_unavailable") from error
                if not spec:
                    self.problem = str(error)
                return kept
            if not spec:
                self.problem = ""
            self._kept[spec] = network
            self._kept.move_to_end(spec)
            self._evict()
            return network

    def _found(self, version: ModelVersion) -> Network | None:
        return next((n for n in self._kept.values() if n.sha256 == version.sha256), None)

    def _load(self, version: ModelVersion) -> Network:
        failed, why = self._failed.get(version.sha256, (-RETRY_AFTER, ""))
        if time.monotonic() - failed < RETRY_AFTER:
            raise registry.WeightsUnavailable(why)
        began = time.perf_counter()
        try:
            colorizer = Colorizer(registry.local_file(version))
            colorizer.warm()
        except Exception as error:
            self._failed[version.sha256] = time.monotonic(), str(error)
            log.exception("%s cannot be loaded.", version)
            raise
        self._failed.pop(version.sha256, None)
        log.info("%s is loaded after %.1f s.", version, time.perf_counter() - began)
        return Network(version.name, version.sha256, version.version, colorizer)

    def _evict(self) -> None:
        """Drop what was requested longest ago; never the network in service."""
        names = [spec for spec in self._kept if spec]
        for spec in names[:-MAX_NETWORKS]:
            del self._kept[spec]

    def about(self) -> dict[str, Any]:
        """What operators want to know: the version that colors, where, and what is wrong."""
        network = self.in_service
        return {
            "device": network.colorizer.device,
            "model": network.name,
            "version": network.version,
            "memory": _memory(),
            "gpu_memory": network.colorizer.gpu_memory(),
            "problem": self.problem,
        }


def _memory() -> int:
    """Bytes of this process in memory, the most it ever had."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else size * 1024

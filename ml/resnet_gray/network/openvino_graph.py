"""A graph, made ready for this processor by OpenVINO, that holds its weights once."""

import mmap
import sys
import tempfile
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment] # it tells Intel of each start
import openvino as ov  # noqa: E402

__all__ = ["Graph", "ov"]

Array = NDArray[Any]


class Graph:
    """Any thread may run it at any time.

    OpenVINO keeps the weights that it is given beside those that it packs when it first needs
    them. Here the former lie in a file without a name, so that their pages can be handed back.
    """

    def __init__(self, core: ov.Core, model: ov.Model, config: dict[str, Any]) -> None:
        """``config``: properties of OpenVINO's CPU plugin. Raises OSError for a full disk."""
        made = core.compile_model(model, "CPU", config).export_model()
        with tempfile.TemporaryFile() as file:
            file.write(made.getbuffer())
            file.flush()
            self._file = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        del made
        self._given = ov.Tensor(np.frombuffer(self._file, np.uint8), shared_memory=True)
        self._compiled = core.import_model(self._given, "CPU", config)

    def run(self, inputs: dict[str, Array]) -> dict[str, Array]:
        """The outputs by name, in their order."""
        request = self._compiled.create_infer_request()
        request.infer(inputs, share_inputs=True)
        outputs = self._compiled.outputs
        found = {out.any_name: request.get_tensor(out).data.copy() for out in outputs}
        self._give_back()
        return found

    def _give_back(self) -> None:
        """Hands back what the largest frame needed, and pages that were read of the file."""
        with suppress(RuntimeError):  # another thread is at it, and will do the same
            self._compiled.release_memory()
        self._file.madvise(mmap.MADV_DONTNEED)

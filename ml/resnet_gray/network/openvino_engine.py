"""A network on a CPU, run by OpenVINO (https://docs.openvino.ai). Never imports torch.

Its graphs lie in ``weightless/``, where ``graphs`` writes them; the weights come from a file of
ours.
"""

import os
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from . import tensors
from .cards import ADDED, Card, CardError
from .engines import Array, Looks
from .openvino_graph import Graph, ov

FOLDER = Path(__file__).parent / "weightless"
INPUTS = ("lightness", "features0", "features1", "features2", "hints")
"""What a graph is asked; all its other inputs are weights."""
OPTIONAL = ("hints", "vivid")
"""Parts that a file may lack as a whole; what they are before training stands for them."""


class OpenVinoEngine:
    """The graphs of a network's architecture with the weights of one file; see ``engines``."""

    device = "cpu"

    def __init__(
        self, path: Path | str, card: Card, parallel: int = 1, precision: str = ""
    ) -> None:
        """``parallel``: threads that may ask at a time; one alone is answered in that thread, at
        its priority. ``precision``: "f32" or "bf16", by default what this processor does natively.

        Raises CardError, or OSError where the file cannot be read.
        """
        self._core = ov.Core()
        self._config: dict[str, Any] = {
            "NUM_STREAMS": parallel,
            "INFERENCE_NUM_THREADS": parallel if parallel > 1 else _threads(),
            "ENABLE_CPU_PINNING": False,  # other processes color on the same cores
            "INFERENCE_PRECISION_HINT": precision or self._best_precision(),
        }
        models = {
            file.suffixes[-2][1:]: self._core.read_model(file)
            for file in FOLDER.glob(f"{card['architecture']}.*.onnx")
        }
        if not models:
            raise CardError(f"no network is called {card['architecture']!r}")
        values = tensors.read(path)
        self.bins = values.get("bins")
        for name in ("temperature", "chroma"):
            values[name] = np.array(card[name], np.float32)
        _fit(values, models, path)
        for model in models.values():
            _fill(model, values)
        self._encoder = self._compile(models["encoder"])
        self._decoder = self._compile(models["decoder"])
        self._hinted_model = models.get("hinted")

    def encode(self, lightness: Array) -> tuple[Array, ...]:
        """Features of L N,1,H,W."""
        return tuple(self._encoder.run({"lightness": lightness}).values())

    def decode(self, features: tuple[Array, ...], points: Array | None = None) -> Looks:
        """regression and decoded, both N,2,h,w, of features and hints N,K,5."""
        found = self._decode(features, points)
        return found["regression"], found["decoded"]

    def logits(self, features: tuple[Array, ...], points: Array | None = None) -> Array:
        """N,Q,h,w over ``bins``, which a network that takes hints has."""
        return self._decode(features, points)["logits"]

    def _decode(self, features: tuple[Array, ...], points: Array | None) -> dict[str, Array]:
        inputs = {f"features{i}": value for i, value in enumerate(features)}
        if points is None:
            return self._decoder.run(inputs)
        distances, rest = self._hinted
        inputs["hints"] = points
        return rest.run(inputs | distances.run(inputs))

    def gpu_memory(self) -> None:
        """There is none."""

    @cached_property
    def _hinted(self) -> tuple[Graph, Graph]:
        """Made when the first hint comes: distances from the hints, and the rest of it.

        The first is in single precision: in bfloat16 a place would be off by some pixels.
        """
        distances, rest = _without_distances(self._hinted_model)
        return self._compile(distances, INFERENCE_PRECISION_HINT="f32"), self._compile(rest)

    def _compile(self, model: ov.Model, **config: Any) -> Graph:
        return Graph(self._core, model, {**self._config, **config})

    def _best_precision(self) -> str:
        """bfloat16 where the processor multiplies it."""
        native = self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        return "bf16" if "BF16" in native else "f32"


def _weights_of(model: ov.Model) -> dict[str, ov.PartialShape]:
    inputs = {value.any_name: value.partial_shape for value in model.inputs}
    return {name: shape for name, shape in inputs.items() if name not in INPUTS}


def _fit(values: dict[str, Array], models: dict[str, ov.Model], path: Path | str) -> None:
    """Completes the values by those of parts that are lacking. Raises CardError."""
    wanted = {name: s for model in models.values() for name, s in _weights_of(model).items()}
    there = {name.split(".")[0] for name in values}
    for name, shape in wanted.items():
        part = name.split(".")[0]
        if (part in OPTIONAL and part not in there) or (name in ADDED and name not in values):
            values[name] = _untrained(name, tuple(shape.to_shape()))
    strange = (values.keys() ^ wanted.keys()) - {"temperature", "chroma"} or {
        name for name, s in wanted.items() if not s.compatible(ov.PartialShape(values[name].shape))
    }
    if strange:
        raise CardError(f"{path} does not fit its architecture: {min(strange)}")


def _untrained(name: str, shape: tuple[int, ...]) -> Array:
    """A value of a part that changes no answer."""
    value = np.zeros(shape, np.float32)
    match name:
        case "vivid.layers.2.bias":
            value[1] = 1
        case "hints.spread.scales" | "hints.spread.more_scales":
            value[:] = 1
        case "hints.spread.likeness.weight" | "hints.spread.scene.weight":
            value[..., 0, 0] = np.eye(len(value))
    return value


def _fill(model: ov.Model, values: dict[str, Array]) -> None:
    """Puts the weights into a graph, where they stood for inputs."""
    for parameter in model.get_parameters():
        name = parameter.output(0).any_name
        if name not in INPUTS:
            constant = ov.op.Constant(values[name], shared_memory=True)
            for user in list(parameter.output(0).get_target_inputs()):
                user.replace_source_output(constant.output(0))
            model.remove_parameter(parameter)
    model.validate_nodes_and_infer_types()


def _without_distances(hinted: ov.Model) -> tuple[ov.Model, ov.Model]:
    """The part of a graph that takes square roots, of distances and crowds, and the rest of it."""
    rest = hinted.clone()
    roots = [op.output(0) for op in rest.get_ordered_ops() if op.get_type_name() == "Sqrt"]
    for number, root in enumerate(roots):
        root.set_names({f"distances{number}"})
    distances = ov.Model(roots, rest.get_parameters(), "distances").clone()
    for root in roots:
        given = ov.op.Parameter(root.element_type, root.partial_shape)
        for user in list(root.get_target_inputs()):
            user.replace_source_output(given.output(0))
        given.output(0).set_names(root.names)
        rest.add_parameters([given])
    rest.validate_nodes_and_infer_types()
    return distances, rest


def _threads() -> int:
    """As OMP_NUM_THREADS says, else one a core."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    return int(given) if given.isdecimal() and int(given) else len(os.sched_getaffinity(0))

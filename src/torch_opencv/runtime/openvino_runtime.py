"""Modules on the CPU, by OpenVINO, where the user has installed it (the extra "fast")."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal

import torch
from torch import Tensor

from torch_opencv.errors import first_line
from torch_opencv.runtime import threads
from torch_opencv.runtime.accelerated import Accelerated, Input
from torch_opencv.runtime.circular_padding import as_slices

EXTRA = "pip install 'torch-opencv[fast]'"
_OLDEST = (2025, 0)  # as in pyproject.toml


def installed() -> str | None:
    """The version of the installed OpenVINO; None if there is none, or one that is too old. Nothing is imported."""
    try:
        found = version("openvino")
    except PackageNotFoundError:
        return None
    numbers = re.match(r"(\d+)\.(\d+)", found)
    return found if numbers and tuple(map(int, numbers.groups())) >= _OLDEST else None


@cache
def core() -> Any:
    """OpenVINO's own `Core`. Whatever a broken installation raises on import is raised, now and each time."""
    # Importing OpenVINO reports to Google Analytics, unless this package, which it takes for optional, isn't there.
    # No program of ours phones home.
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    import openvino

    return openvino.Core()


def why_not() -> str:
    """Why the installed OpenVINO can't be used, in a line; "" if it can."""
    try:
        core()
    except Exception as error:  # a library that is missing, one that another package has replaced, anything
        return first_line(error) or type(error).__name__
    return ""


def has_bf16() -> bool:
    """Whether this processor computes in bfloat16; others compute in float32, whatever they are asked for."""
    return "BF16" in core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


class OpenVino(Accelerated):
    """An ONNX graph on the CPU.

    Args:
        graph: ONNX, serialised.
        inputs: what it takes.
        precision: what it computes in.

    Raises:
        RuntimeError: it can't run here.
    """

    backend = "openvino"

    def __init__(self, graph: bytes, inputs: Sequence[Input], precision: Literal["f32", "bf16"] = "f32") -> None:
        super().__init__(inputs, torch.device("cpu"))
        self.precision = precision
        try:
            self._model = core().read_model(model=as_slices(graph), weights=b"")
        except RuntimeError as error:
            raise RuntimeError(_summary(error)) from None
        if len(self._model.inputs) != len(inputs):
            raise RuntimeError(f"the exported graph has {len(self._model.inputs)} inputs instead of {len(inputs)}")
        # What it would compute in another type, whose errors an example needn't show.
        types = [spec.dtype for spec in inputs]
        outputs = [output.get_element_type().get_type_name() for output in self._model.outputs]
        if torch.float64 in types or not {"f64", "i64", "u64"}.isdisjoint(outputs):
            raise RuntimeError("OpenVINO has no 64-bit numbers")
        self._compiled: dict[tuple[int, int], Any] = {}
        self._idle: dict[tuple[int, int], list[Any]] = {}  # requests, each of which computes one thing at a time
        self._making = threading.Lock()

    def run(self, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:  # noqa: D102 (Accelerated's)
        count = threads.count()
        # As many calls at once as there are threads for. Its streams are what keeps them from waiting for one another.
        key = max(1, torch.get_num_threads() // count), count
        with self._making:
            if key not in self._compiled:
                self._compiled[key] = self._made(*key)
                self._idle[key] = []
            request = self._idle[key].pop() if self._idle[key] else self._compiled[key].create_infer_request()
        # The inputs' memory is read in place; the outputs are copied, as the request's own are written to again.
        arrays = [tensor.detach().to("cpu").contiguous().numpy() for tensor in tensors]
        found = request.infer(arrays, share_inputs=True, share_outputs=False)
        outputs = tuple(torch.from_numpy(found[index]) for index in range(len(self._model.outputs)))
        with self._making:
            self._idle[key].append(request)
        return outputs

    def _made(self, streams: int, count: int) -> Any:
        options = {
            "INFERENCE_PRECISION_HINT": self.precision,
            "NUM_STREAMS": streams,
            "INFERENCE_NUM_THREADS": streams * count,
            "ENABLE_CPU_PINNING": False,  # others want to decode and show images on the same cores
        }
        return core().compile_model(self._model, "CPU", options)


def _summary(error: RuntimeError) -> str:
    """Why OpenVINO can't read a graph: lines on its sources and on each operator come before it, advice after it."""
    lines = [line.strip() for line in str(error).strip().splitlines()]
    points = [line for line in lines if line.startswith("-- ")]
    return (points or lines)[-1].lstrip("- ")

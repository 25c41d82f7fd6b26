"""Which way a compiled network runs on this CPU: measured once a machine, and kept beside the network.

ONNX Runtime in float32 is always there. OpenVINO takes its place where it is installed, gives the same, and is clearly
faster; in bfloat16 only if that was asked for, the processor computes in it, and real pictures come out the same to the
eye.
"""

from __future__ import annotations

import hashlib
import logging
import platform
import re
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn

from torch_opencv.runtime import compiled, openvino_runtime
from torch_opencv.runtime.accelerated import (
    Accelerated,
    Input,
    outputs_of,
    require_equivalent,
    require_same_to_the_eye,
)
from torch_opencv.runtime.compiled import Choice
from torch_opencv.runtime.compiling import require_not_cancelled
from torch_opencv.runtime.errors import CompilationCancelledError
from torch_opencv.runtime.onnx_runtime import OnnxRuntime, reason
from torch_opencv.runtime.openvino_runtime import OpenVino

_log = logging.getLogger("torch_opencv.runtime")

Precision = Literal["f32", "bf16", "auto"]

# How far an output may be from PyTorch's own in float32, as a share of that output's largest value.
CPU_TOLERANCE = 1e-3
# Less isn't worth a second runtime's import, which takes a quarter of a second, and is within what measuring is off by.
_WORTHWHILE = 1.1
_PAIRS, _SECONDS = 25, 2.0  # of calls that are compared, and for how long at most


@dataclass(frozen=True)
class Network:
    """A network that is compiled, with what is needed to check and to measure it.

    Attributes:
        graph: ONNX, serialised.
        module: what it was made of.
        inputs: what it takes.
        example: such inputs.
        wanted: the module's outputs for them.
        pictures: makes real inputs, of a network with one; None if the example has to do.
        name: what the log calls it.
        key: of `compiled`; None if it isn't kept.

    """

    graph: bytes
    module: nn.Module
    inputs: Sequence[Input]
    example: Sequence[Tensor]
    wanted: Sequence[Tensor]
    pictures: Callable[[], Sequence[Tensor]] | None
    name: str
    key: str | None

    def typical(self) -> Sequence[Tensor]:
        """Inputs on which its speed is measured."""
        return self.pictures()[:1] if self.pictures else self.example


def fastest(network: Network, precision: Precision) -> Accelerated:
    """The fastest way to run a network here that gives what its module gives.

    Args:
        network: any.
        precision: "bf16" if bfloat16 is good enough; "auto" if it is, and nobody needs to hear why it isn't taken.

    Raises:
        RuntimeError: there is none. ONNX Runtime has other exceptions of its own.
    """
    if precision != "f32":
        found = _in_bf16(network)
        if isinstance(found, Accelerated):
            return found
        _log.log(logging.WARNING if precision == "bf16" else logging.DEBUG, "%s stays in f32: %s", network.name, found)
    return _in_f32(network)


def _in_f32(network: Network) -> Accelerated:
    if not openvino_runtime.installed():
        return _by_onnx_runtime(network)
    choice = _kept(network, "f32")
    if choice and choice.backend == "onnxruntime":
        return _by_onnx_runtime(network)  # and OpenVINO isn't imported
    if why := openvino_runtime.why_not():
        _log.warning("%s runs by ONNX Runtime, as OpenVINO can't be used: %s", network.name, why)
        return _by_onnx_runtime(network)
    if choice:
        try:
            return _by_openvino(network)
        except Exception as error:  # the graph may be at fault, or OpenVINO; ONNX Runtime will tell
            _log.warning("%s runs by ONNX Runtime, as OpenVINO can't: %s", network.name, reason(error))
            return _by_onnx_runtime(network)
    usual = _by_onnx_runtime(network)
    require_not_cancelled()
    try:
        other = _by_openvino(network)
        ratio = _ratio(usual, other, network.typical())
    except CompilationCancelledError:
        raise
    except Exception as error:  # whatever a broken OpenVINO raises, or one that doesn't know the network
        _log.warning("%s runs by ONNX Runtime, as OpenVINO can't: %s", network.name, reason(error))
        _keep(network, "f32", "onnxruntime", "f32", None, reason(error))
        return usual
    run = other if ratio >= _WORTHWHILE else usual
    _log.info("%s: OpenVINO is %.2f times as fast as ONNX Runtime: %s is taken", network.name, ratio, run.backend)
    _keep(network, "f32", run.backend, "f32", ratio)
    return run


def _in_bf16(network: Network) -> Accelerated | str:
    """The network in bfloat16, or why not."""
    if not openvino_runtime.installed():
        return f"bf16 needs OpenVINO: {openvino_runtime.EXTRA}"
    choice = _kept(network, "bf16")
    if choice and choice.precision == "f32":
        return choice.why
    if why := openvino_runtime.why_not():
        return f"OpenVINO can't be used: {why}"
    try:
        if not openvino_runtime.has_bf16():
            return _refused(network, "this processor doesn't compute in bf16")
        run = OpenVino(network.graph, network.inputs, "bf16")
        _require_same_pictures(network, run)
        if choice:
            return run
        ratio = _ratio(_by_onnx_runtime(network), run, network.typical())
    except CompilationCancelledError:
        raise
    except Exception as error:  # whatever a broken OpenVINO raises, or one that doesn't know the network
        return _refused(network, reason(error))
    if ratio < _WORTHWHILE:
        return _refused(network, f"bf16 is no faster here ({ratio:.2f} times as fast)", ratio)
    _log.info("%s: OpenVINO in bf16 is %.2f times as fast as ONNX Runtime in f32", network.name, ratio)
    _keep(network, "bf16", "openvino", "bf16", ratio)
    return run


def _refused(network: Network, why: str, ratio: float | None = None) -> str:
    _keep(network, "bf16", "", "f32", ratio, why)
    return why


def _by_onnx_runtime(network: Network) -> Accelerated:
    run = OnnxRuntime(network.graph, network.inputs)
    require_equivalent(run, network.example, network.wanted, CPU_TOLERANCE)
    return run


def _by_openvino(network: Network) -> Accelerated:
    run = OpenVino(network.graph, network.inputs)
    require_equivalent(run, network.example, network.wanted, CPU_TOLERANCE)
    return run


def _require_same_pictures(network: Network, run: Accelerated) -> None:
    inputs = [(picture,) for picture in network.pictures()] if network.pictures else [tuple(network.example)]
    for one in inputs:
        require_not_cancelled()
        with torch.no_grad():
            wanted = outputs_of(network.module, one)
        require_same_to_the_eye(run, one, wanted)


def _ratio(usual: Accelerated, other: Accelerated, tensors: Sequence[Tensor]) -> float:
    """How many times as fast the other is: the median of pairs of calls, one after the other."""
    for run in (usual, other, usual, other):
        run(*tensors)
    ratios: list[float] = []
    end = time.perf_counter() + _SECONDS
    while len(ratios) < _PAIRS and (time.perf_counter() < end or not ratios):
        require_not_cancelled()
        seconds = []
        for run in (usual, other):
            start = time.perf_counter()
            run(*tensors)
            seconds.append(time.perf_counter() - start)
        ratios.append(seconds[0] / seconds[1])
    return statistics.median(ratios)


def _kept(network: Network, wanted: str) -> Choice | None:
    """What was measured before, if nothing has changed since."""
    choice = compiled.read_choice(network.key, wanted) if network.key else None
    return choice if choice and choice.measured == _circumstances() else None


def _keep(network: Network, wanted: str, backend: str, precision: str, ratio: float | None, why: str = "") -> None:
    if network.key:
        choice = Choice(network.name, backend, precision, ratio, why, _processor(), _circumstances())
        compiled.write_choice(network.key, wanted, choice)


def _circumstances() -> str:
    """What a measurement holds for."""
    return f"{_processor()}, {torch.get_num_threads()} threads, OpenVINO {openvino_runtime.installed()}"


@cache
def _processor() -> str:
    """The processor's name, and a checksum of what it can do, as virtual machines may all have the same name."""
    name, features = platform.processor() or platform.machine(), ""
    with suppress(OSError):
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
        if found := re.search(r"^model name\s*: *(.+)$", text, re.MULTILINE):
            name = found[1].strip()
        if found := re.search(r"^(?:flags|Features)\s*: *(.+)$", text, re.MULTILINE):
            features = found[1]
    return f"{name} ({hashlib.sha256(features.encode()).hexdigest()[:6]})"

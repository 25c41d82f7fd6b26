"""Modules on CUDA, captured as CUDA graphs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from torch_opencv.runtime.accelerated import Accelerated, Input, outputs_of
from torch_opencv.runtime.transfers import copy_into

_GRAPHS_KEPT = 8  # each holds its inputs; a window that is resized by hand must not fill the GPU with them


@dataclass
class _Graph:
    graph: torch.cuda.CUDAGraph
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


class CudaGraphs(Accelerated):
    """One graph per input shape, captured when the shape first comes.

    The graphs share one memory pool, so each overwrites what another has left: they run one at a time, and outputs
    are copied before the next may start, on whatever streams the callers are.

    Args:
        module: is moved to the device, and to channels_last.
        inputs: what it takes.
        device: a CUDA device.
        dtype: of the parameters: float32 or float16.
    """

    backend = "cuda-graphs"

    def __init__(self, module: nn.Module, inputs: Sequence[Input], device: torch.device, dtype: torch.dtype) -> None:
        super().__init__(inputs, device)
        self._module = module.to(device, dtype)
        self._module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._dtype = dtype
        self.precision = "f16" if dtype == torch.float16 else "f32"
        self._graphs: OrderedDict[tuple[torch.Size, ...], _Graph] = OrderedDict()
        self._pool = torch.cuda.graph_pool_handle()
        self._lock = threading.Lock()
        self._copied = torch.cuda.Event()  # type: ignore[no-untyped-call]

    def run(self, tensors: Sequence[Tensor]) -> tuple[Tensor, ...]:  # noqa: D102 (Accelerated's)
        with self._lock, torch.cuda.device(self.device):
            stream = torch.cuda.current_stream()
            stream.wait_event(self._copied)
            captured = self._graph_for(tensors)
            for static, tensor in zip(captured.inputs, tensors, strict=True):
                copy_into(static, tensor)
            captured.graph.replay()
            outputs = tuple(output.clone() for output in captured.outputs)
            self._copied.record(stream)
            return outputs

    def _graph_for(self, tensors: Sequence[Tensor]) -> _Graph:
        shapes = tuple(tensor.shape for tensor in tensors)
        if shapes not in self._graphs:
            if len(self._graphs) == _GRAPHS_KEPT:
                self._graphs.popitem(last=False)
                torch.cuda.current_stream().synchronize()  # it may still be running
            self._graphs[shapes] = self._captured(tensors)
        self._graphs.move_to_end(shapes)
        return self._graphs[shapes]

    def _captured(self, tensors: Sequence[Tensor]) -> _Graph:
        inputs = tuple(torch.zeros(tensor.shape, dtype=tensor.dtype, device=self.device) for tensor in tensors)
        for static, tensor in zip(inputs, tensors, strict=True):
            static.copy_(tensor)  # indices, say, must be in range while warming up too
        side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        side.wait_stream(torch.cuda.current_stream())
        # cuDNN tries its algorithms while warming up, and libraries allocate then what they may not while capturing.
        with torch.cuda.stream(side), torch.backends.cudnn.flags(enabled=True, benchmark=True):
            for _ in range(3):
                self._forward(inputs)
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        # Only this thread is watched: another may load a model or show an image meanwhile.
        with torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"):
            outputs = self._forward(inputs)
        return _Graph(graph, inputs, outputs)

    def _forward(self, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
        given = []
        for tensor in inputs:
            tensor = tensor.to(self._dtype) if tensor.is_floating_point() else tensor
            layout = torch.channels_last if tensor.ndim == 4 else torch.contiguous_format
            given.append(tensor.contiguous(memory_format=layout))
        outputs = outputs_of(self._module, given)
        return tuple(
            output.to(torch.float32 if output.is_floating_point() else output.dtype).contiguous() for output in outputs
        )

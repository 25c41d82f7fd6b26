"""Circular padding as slices: the same to the bit, in every dimension, with any widths."""

from __future__ import annotations

import onnx
import pytest
import torch
from torch import Tensor, nn

from torch_opencv.runtime import openvino_runtime
from torch_opencv.runtime.accelerated import Input
from torch_opencv.runtime.circular_padding import as_slices
from torch_opencv.runtime.onnx_runtime import OnnxRuntime, exported
from torch_opencv.runtime.openvino_runtime import OpenVino


class Padded(nn.Module):
    """Padded by `widths` (left, right, top, bottom), or in one dimension, as torch.nn.functional.pad takes them."""

    def __init__(self, *widths: int) -> None:
        super().__init__()
        self.widths = widths

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.pad(x, self.widths, mode="circular") + 1


def operators(graph: bytes) -> set[str]:
    return {node.op_type for node in onnx.load_model_from_string(graph).graph.node}


def compiled(module: nn.Module, x: Tensor) -> tuple[bytes, list[Input]]:
    inputs = [Input.like(x, tuple(range(2, x.ndim)))]
    return exported(module, [x], inputs), inputs


@pytest.mark.parametrize("widths", [(3, 0, 0, 2), (5, 5, 4, 4)])
def test_pictures_of_any_size(widths: tuple[int, ...]) -> None:
    module = Padded(*widths)
    graph, inputs = compiled(module, torch.rand(1, 3, 8, 9))
    sliced = as_slices(graph)
    assert "Pad" in operators(graph)
    assert "Pad" not in operators(sliced)
    run = OnnxRuntime(sliced, inputs)
    for height, width in ((8, 9), (5, 6), (31, 17)):
        x = torch.rand(1, 3, height, width)
        assert torch.equal(run(x), module(x))


def test_one_dimension() -> None:
    module = Padded(2, 1)
    graph, inputs = compiled(module, torch.rand(1, 3, 8))
    x = torch.rand(1, 3, 5)
    assert torch.equal(OnnxRuntime(as_slices(graph), inputs)(x), module(x))


def test_several_in_one_network() -> None:
    module = nn.Sequential(Padded(1, 1, 1, 1), nn.Conv2d(3, 4, 3), Padded(2, 2, 2, 2), nn.Conv2d(4, 2, 5)).eval()
    x = torch.rand(1, 3, 12, 10)
    graph, inputs = compiled(module, x)
    torch.testing.assert_close(OnnxRuntime(as_slices(graph), inputs)(x), module(x))


def test_the_rest_stays_as_it_is() -> None:
    graph, _ = compiled(nn.ReflectionPad2d(1), torch.rand(1, 3, 8, 9))
    assert as_slices(graph) is graph  # other padding, and nothing named after it
    model = onnx.load_model_from_string(compiled(Padded(1, 1, 1, 1), torch.rand(1, 3, 8, 9))[0])
    pad = next(node for node in model.graph.node if node.op_type == "Pad")
    widths = next(one for one in model.graph.initializer if one.name == pad.input[1])
    cropped = onnx.numpy_helper.from_array(-onnx.numpy_helper.to_array(widths), widths.name)
    widths.CopyFrom(cropped)
    assert "Pad" in operators(as_slices(model.SerializeToString()))  # a crop, which slices of this kind don't make


@pytest.mark.skipif(openvino_runtime.installed() is None, reason="needs OpenVINO: pip install 'torch-opencv[fast]'")
def test_openvino_runs_it() -> None:
    module = Padded(3, 0, 1, 2)
    graph, inputs = compiled(module, torch.rand(1, 3, 8, 9))
    run = OpenVino(graph, inputs)
    for height, width in ((8, 9), (5, 6), (31, 17)):
        x = torch.rand(1, 3, height, width)
        assert torch.equal(run(x), module(x))

"""YuNet's interface, by a network of its shape that we make: bright cells of 8x8 pixels are its faces.

The published weights cannot be had everywhere, and are not needed to see that boxes and scores are passed on right.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from torch_opencv import weights
from torch_opencv.vision.faces import detect

HEIGHT, WIDTH = 128, 160
CELL_BOX = (0.5, 0.5, math.log(4), math.log(5))  # centre in the cell, logarithm of the size in cells


def bright_cells() -> onnx.ModelProto:
    nodes, constants, outputs = [], [], []

    def head(name: str, stride: int, weight: float, bias: tuple[float, ...]) -> None:
        kernel = np.full((len(bias), 3, stride, stride), weight / (3 * stride * stride), np.float32)
        constants.append(numpy_helper.from_array(kernel, f"{name}_w"))
        constants.append(numpy_helper.from_array(np.array(bias, np.float32), f"{name}_b"))
        shape = np.array([1, HEIGHT // stride * (WIDTH // stride), len(bias)], np.int64)
        constants.append(numpy_helper.from_array(shape, f"{name}_s"))
        sides = [stride, stride]
        conv = helper.make_node("Conv", ["input", f"{name}_w", f"{name}_b"], [f"{name}_c"], strides=sides)
        nodes.append(conv)
        nodes.append(helper.make_node("Transpose", [f"{name}_c"], [f"{name}_t"], perm=[0, 2, 3, 1]))
        nodes.append(helper.make_node("Reshape", [f"{name}_t", f"{name}_s"], [name]))
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape.tolist()))

    for kind, bias in (("cls", (0.0,)), ("obj", (0.0,)), ("bbox", CELL_BOX), ("kps", (0.0,) * 10)):
        for stride in (8, 16, 32):
            head(f"{kind}_{stride}", stride, 1 / 255 if len(bias) == 1 and stride == 8 else 0.0, bias)
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, HEIGHT, WIDTH])]
    graph = helper.make_graph(nodes, "yunet", inputs, outputs, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def test_boxes_and_scores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "yunet.onnx"
    onnx.save(bright_cells(), str(path))
    monkeypatch.setattr(weights, "path", lambda name: {"yunet": path}[name])
    find = detect.detector("yunet", device=torch.device("cpu"), threshold=0.8)
    blank = torch.zeros(HEIGHT, WIDTH, 3, dtype=torch.uint8)
    frame = blank.clone()
    frame[24:32, 40:48] = 230
    frame[96:104, 120:128] = 255
    frame[24:32, 120:128] = 150  # below the threshold
    nothing, found = find([blank, frame])
    assert len(nothing) == 0
    assert nothing.boxes.shape == (0, 4)
    assert found.scores.tolist() == pytest.approx([1.0, 230 / 255], abs=1e-5)
    torch.testing.assert_close(
        found.boxes, torch.tensor([[108, 80, 32, 40], [28, 8, 32, 40]], dtype=torch.float64), rtol=0, atol=1e-3
    )

"""Network in Network: the original demo's architecture, checked against Torch7's own output."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from torch_opencv.nets.network_in_network import NetworkInNetwork


def test_it_is_the_original() -> None:
    network = NetworkInNetwork().eval()
    assert len(network) == 30  # as Torch7 prints nin_nobn_final.t7
    convolutions = [layer for layer in network if isinstance(layer, nn.Conv2d)]
    assert [(c.in_channels, c.out_channels, c.kernel_size[0], c.stride[0], c.padding[0]) for c in convolutions] == [
        (3, 96, 11, 4, 5),
        (96, 96, 1, 1, 0),
        (96, 96, 1, 1, 0),
        (96, 256, 5, 1, 2),
        (256, 256, 1, 1, 0),
        (256, 256, 1, 1, 0),
        (256, 384, 3, 1, 1),
        (384, 384, 1, 1, 0),
        (384, 384, 1, 1, 0),
        (384, 1024, 3, 1, 1),
        (1024, 1024, 1, 1, 0),
        (1024, 1024, 1, 1, 0),
    ]
    assert network(torch.rand(2, 3, 224, 224)).shape == (2, 1000)


def _float_storages(file: Path) -> list[Tensor]:
    """The contents of all of a Torch7 file's float storages, in the order in which they were written."""
    data = file.read_bytes()
    found = []
    for match in re.finditer(rb"torch\.FloatStorage", data):
        count = int(np.frombuffer(data, "<i8", 1, match.end())[0])
        found.append(torch.from_numpy(np.frombuffer(data, "<f4", count, match.end() + 8).copy()))
    return found


@pytest.mark.data
def test_against_torch7(shared_data: Path) -> None:
    folder = shared_data / "torch7" / "nin"
    network = NetworkInNetwork(widths=(24, 32, 48, 64)).eval()
    storages = _float_storages(folder / "nin_small_nobn.t7")
    layers = [layer for layer in network if isinstance(layer, nn.Conv2d | nn.Linear)]
    assert len(storages) == 2 * len(layers)
    for index, layer in enumerate(layers):
        # Of a table's entries, weight and bias may come in either order; their sizes tell them apart.
        bias, weight = sorted(storages[2 * index : 2 * index + 2], key=len)
        assert layer.bias is not None
        layer.bias.data.copy_(bias)
        layer.weight.data.copy_(weight.reshape(layer.weight.shape))
    images = torch.from_numpy(np.fromfile(folder / "input_3x3x224x224.bin", "<f4").reshape(3, 3, 224, 224))
    wanted = torch.from_numpy(np.fromfile(folder / "nin_small_nobn_logprob.bin", "<f4").reshape(3, 1000))
    with torch.no_grad():
        found = network(images).log_softmax(dim=1)
    torch.testing.assert_close(found, wanted, rtol=0, atol=1e-4)
    top5 = json.loads((folder / "nin.json").read_text())["nin_small_nobn"]["top5"]
    assert (found.topk(5).indices + 1).tolist() == [[one["class_1based"] for one in image] for image in top5]

"""EfficientNet-Lite0: the published weights fit, and its padding is TensorFlow's."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from torch_opencv import weights
from torch_opencv.nets.efficientnet_lite0 import EfficientNetLite0


def published() -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = torch.load(weights.path("efficientnet-lite0"), weights_only=True)
    return state


def test_the_published_weights_fit() -> None:
    network = EfficientNetLite0()
    state = published()
    network.load_published(state)
    assert sum(parameter.numel() for parameter in network.parameters()) == 4_652_008
    assert torch.equal(network.state_dict()["blocks.3.bn1.running_var"], state["_blocks.3._bn1.running_var"])
    assert torch.equal(network.conv_stem.weight, state["_conv_stem.weight"])


def test_other_weights_do_not() -> None:
    state = published()
    state["_fc.weight"] = state["_fc.weight"][:10]
    with pytest.raises(RuntimeError, match=r"size mismatch for fc.weight"):
        EfficientNetLite0().load_published(state)
    del state["_fc.weight"]
    with pytest.raises(RuntimeError, match=r"Missing key.*fc.weight"):
        EfficientNetLite0().load_published(state)


def test_shapes() -> None:
    network = EfficientNetLite0(classes=7).eval()
    assert network(torch.rand(2, 3, 64, 64)).shape == (2, 7)
    assert network(torch.rand(1, 3, 97, 130)).shape == (1, 7)


@pytest.mark.parametrize("size", [8, 9, 14, 15])
@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("stride", [1, 2])
def test_padding_is_tensorflows(size: int, kernel: int, stride: int) -> None:
    """TensorFlow's rule, from its documentation of `tf.nn` padding, in plain words: the odd row goes to the end."""
    network = EfficientNetLite0()
    convolution = network.conv_stem
    convolution.kernel_size, convolution.stride = (kernel, kernel), (stride, stride)
    convolution.weight = nn.Parameter(torch.rand(32, 3, kernel, kernel))
    x = torch.rand(1, 3, size, size)
    total = max(kernel - stride, 0) if size % stride == 0 else max(kernel - size % stride, 0)
    padded = F.pad(x, (total // 2, total - total // 2) * 2)
    torch.testing.assert_close(convolution(x), F.conv2d(padded, convolution.weight, stride=stride))

"""Batch normalizations go into the layer before them, where that is exact, and nowhere else."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from tests.t7.building import conv, graph, layer, linear, norm, numbers
from torch_opencv import t7
from torch_opencv.t7 import Object

X = numbers(2, 3, 8, 8)


def norms(network: nn.Module) -> int:
    return sum(isinstance(one, nn.modules.batchnorm._BatchNorm) for one in network.modules())


def full(inputs: int, outputs: int, groups: int = 1) -> Object:
    return layer(
        "cudnn.SpatialFullConvolution",
        nInputPlane=inputs,
        nOutputPlane=outputs,
        kW=3,
        kH=3,
        groups=groups,
        weight=numbers(inputs, outputs // groups, 3, 3),
    )


NO_BIAS = conv(3, 4)
del NO_BIAS.fields["bias"]
SHARED = conv(3, 3)
TIED = conv(3, 3)
TIED.fields["weight"] = SHARED.get("weight")
INNER = layer(
    "nn.Sequential", layer("nn.SpatialCircularPadding", pad_l=1, pad_r=1, pad_t=1, pad_b=1), conv(3, 4, pad=0)
)
VOLUME = {f"{one}{axis}": n for one, n in (("k", 2), ("d", 1)) for axis in "TWH"}


@pytest.mark.parametrize(
    ("obj", "x", "left"),
    [
        (layer("nn.Sequential", conv(3, 4), norm(4), layer("nn.ReLU")), X, 0),
        (layer("nn.Sequential", NO_BIAS, norm(4)), X, 0),
        (layer("nn.Sequential", conv(3, 4), norm(4, weight=None, bias=None)), X, 0),
        (layer("nn.Sequential", conv(3, 4), norm(4), norm(4, seed=20)), X, 0),
        (layer("nn.Sequential", INNER, norm(4)), X, 0),
        (layer("nn.Sequential", full(3, 4), norm(4)), X, 0),
        (layer("nn.Sequential", conv(3, 6, groups=3, weight=numbers(6, 1, 3, 3)), norm(6)), X, 0),
        (layer("nn.Sequential", linear(8, 5), norm(5, kind="nn.BatchNormalization")), numbers(2, 8), 0),
        (
            layer("nn.Sequential", layer("nn.VolumetricConvolution", nInputPlane=3, nOutputPlane=4,
                  weight=numbers(4, 3, 2, 2, 2), **VOLUME), norm(4, kind="nn.VolumetricBatchNormalization")),
            numbers(2, 3, 4, 4, 4), 0,
        ),
        (layer("nn.Concat", layer("nn.Sequential", conv(3, 4), norm(4)), conv(3, 2), dimension=2), X, 0),
        (graph(1, (conv(3, 4), [0], None), (norm(4), [1], None), (layer("nn.Tanh"), [2], None), outputs=[3]), X, 0),
        # Not exact, or not possible:
        (layer("nn.Sequential", norm(3), conv(3, 4)), X, 1),
        (layer("nn.Sequential", conv(3, 4), layer("nn.ReLU"), norm(4)), X, 1),
        (layer("nn.Sequential", SHARED, norm(3), SHARED), X, 1),
        (layer("nn.Sequential", SHARED, norm(3), TIED), X, 1),
        (layer("nn.Sequential", full(3, 6, groups=3), norm(6)), X, 1),
        (layer("nn.Sequential", layer("nn.ConcatTable", conv(3, 4), conv(3, 4)), layer("nn.CAddTable"), norm(4)), X, 1),
        (graph(1, (conv(3, 4), [0], None), (norm(4), [1], None), outputs=[1, 2]), X, 1),
    ],
)  # fmt: skip
def test_folding(obj: Object, x: torch.Tensor, left: int) -> None:
    network = t7.network(obj).double()
    folded = t7.fold_batch_norms(network)
    assert norms(network) > norms(folded) == left or norms(network) == left
    assert norms(folded) == left
    with torch.inference_mode():
        wanted, got = network(x.double()), folded(x.double())
    for one, other in zip(
        [got] if torch.is_tensor(got) else got, [wanted] if torch.is_tensor(wanted) else wanted, strict=True
    ):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)


def test_one_block_used_twice() -> None:
    block = layer("nn.Sequential", conv(3, 3), norm(3))
    network = t7.network(layer("nn.Sequential", block, layer("nn.Tanh"), block)).double()
    folded = t7.fold_batch_norms(network)
    torch.testing.assert_close(folded(X.double()), network(X.double()), rtol=1e-12, atol=1e-12)
    assert norms(folded) == 0


def test_the_network_itself_stays() -> None:
    network = t7.network(layer("nn.Sequential", conv(3, 4), norm(4)))
    before = {name: one.clone() for name, one in network.state_dict().items()}
    t7.fold_batch_norms(network)
    assert norms(network) == 1
    assert all(torch.equal(one, before[name]) for name, one in network.state_dict().items())


def test_in_training() -> None:
    with pytest.raises(ValueError, match=r"evaluation mode only: call .eval\(\) first"):
        t7.fold_batch_norms(nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)))


def test_arithmetic_in_double() -> None:
    """A variance of 1e-18, as the style networks' dead channels have, mustn't lose what float32 could hold."""
    small = norm(4)
    small.fields["running_var"] = torch.full((4,), 1e-18)
    network = t7.network(layer("nn.Sequential", conv(3, 4), small))
    exact = t7.network(layer("nn.Sequential", conv(3, 4), small)).double()(X.double())
    got = t7.fold_batch_norms(network)(X).double()
    assert ((got - exact).abs().max() / exact.abs().max()).item() < 1e-6

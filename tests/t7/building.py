"""Objects as the reader gives them, for tests that need no files."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from torch_opencv.t7 import Object, Table


def table(*values: Any, **fields: Any) -> Table:
    """The values as an array, and the fields."""
    made = Table()
    made.update(enumerate(values, 1))
    made.update(fields)
    return made


def layer(class_name: str, *modules: Object, version: int = 1, **fields: Any) -> Object:
    """An object of a class, with its modules, if there are any, and its other fields but those that are None."""
    made = Object(class_name, version)
    made.fields = table(**({"modules": table(*modules)} if modules else {}), train=True)
    made.fields.update((name, value) for name, value in fields.items() if value is not None)
    return made


def longs(*values: int) -> Tensor:
    """A LongStorage."""
    return torch.tensor(values)


def numbers(*shape: int, seed: int = 0) -> Tensor:
    """Normally distributed, the same each time."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def conv(inputs: int, outputs: int, *, kernel: int = 3, pad: int = 1, seed: int = 1, **fields: Any) -> Object:
    """A SpatialConvolution."""
    return layer(
        "nn.SpatialConvolution",
        nInputPlane=inputs,
        nOutputPlane=outputs,
        kW=kernel,
        kH=kernel,
        dW=1,
        dH=1,
        padW=pad,
        padH=pad,
        **{
            "weight": numbers(outputs, inputs, kernel, kernel, seed=seed),
            "bias": numbers(outputs, seed=seed + 1),
            **fields,
        },
    )


def linear(inputs: int, outputs: int, *, seed: int = 3, bias: bool = True) -> Object:
    """A Linear layer."""
    offsets = numbers(outputs, seed=seed + 1) if bias else None
    return layer("nn.Linear", weight=numbers(outputs, inputs, seed=seed), bias=offsets)


def norm(features: int, *, kind: str = "nn.SpatialBatchNormalization", seed: int = 5, **fields: Any) -> Object:
    """A batch normalization, version 2."""
    return layer(
        kind,
        version=2,
        eps=1e-5,
        running_mean=numbers(features, seed=seed),
        running_var=numbers(features, seed=seed + 1).abs() + 0.1,
        **{"weight": numbers(features, seed=seed + 2), "bias": numbers(features, seed=seed + 3), **fields},
    )


def graph(inputs: int, *nodes: tuple[Object | None, list[int], int | None], outputs: list[int]) -> Object:
    """A gModule of nodes (module, the nodes it takes from, selectindex); 0 is the input, the first node given is 1."""
    data: list[Table] = [table(mapindex=table())]
    for module, sources, select in nodes:
        fields = {"module": module, "selectindex": select, "mapindex": table(*(data[i] for i in sources))}
        data.append(table(**{name: value for name, value in fields.items() if value is not None}))
    data.append(table(mapindex=table(*(data[i] for i in outputs))))
    made = [layer("nngraph.Node", data=one) for one in data]
    return layer("nn.gModule", nInputs=inputs, innode=made[0], outnode=made[-1], forwardnodes=table(*made))

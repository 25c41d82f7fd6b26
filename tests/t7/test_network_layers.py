"""Layers against what they are by definition, above all those that no file of the test data holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.t7 import image_cases, vector_cases
from tests.t7.building import graph, layer, longs, table
from torch_opencv import t7
from torch_opencv.t7 import Function, Object, T7Error, Table

CASES = image_cases.CASES | vector_cases.CASES
IMAGE, PAIR, ROWS = vector_cases.IMAGE, vector_cases.PAIR, vector_cases.ROWS


def largest_difference(got: Any, wanted: Any) -> float:
    """Of two tensors of one shape, or tables of them; the other way round if the shapes differ."""
    if isinstance(wanted, list):
        assert isinstance(got, list)
        assert len(got) == len(wanted)
        return max(largest_difference(a, b) for a, b in zip(got, wanted, strict=True))
    assert got.shape == wanted.shape
    return float((got - wanted).abs().max())


@pytest.mark.parametrize("name", CASES)
def test_layer(name: str) -> None:
    obj, x, wanted = CASES[name]
    with torch.inference_mode():
        assert largest_difference(t7.network(obj)(x), wanted) < 5e-6


@pytest.mark.parametrize("name", CASES)
def test_in_double(name: str) -> None:
    obj, x, wanted = CASES[name]
    network = t7.network(obj).double()

    def as_double(value: Any) -> Any:
        if isinstance(value, list):
            return [as_double(one) for one in value]
        return value.double() if value.is_floating_point() else value

    with torch.inference_mode():
        got = network(as_double(x))
    assert largest_difference(got, as_double(wanted)) < 1e-5
    assert all(
        one.dtype == torch.float64 for one in (got if isinstance(got, list) else [got]) if isinstance(one, Tensor)
    )


@pytest.mark.parametrize(
    ("inplace", "wanted"),
    [
        (True, lambda x: [x.clamp(min=0), x.clamp(min=0)]),
        (False, lambda x: [x, x.clamp(min=0)]),
    ],
)
def test_work_in_place_is_seen_by_the_others(inplace: bool, wanted: Callable[[Tensor], list[Tensor]]) -> None:
    """As in pix2pix's generator, whose skip connections carry what the LeakyReLU after them has made of them."""
    twice = layer("nn.MulConstant", constant_scalar=2)
    branches = layer("nn.ConcatTable", layer("nn.Identity"), layer("nn.ReLU", inplace=inplace))
    got = t7.network(layer("nn.Sequential", twice, branches))(ROWS.clone())
    assert largest_difference(got, wanted(ROWS * 2)) == 0


@pytest.mark.parametrize(
    "obj",
    [
        layer("nn.ReLU", inplace=True),
        layer("nn.Sequential", layer("nn.Identity"), layer("nn.LeakyReLU", inplace=True)),
        layer(
            "nn.Sequential", layer("nn.View", size=longs(-1)), layer("nn.MulConstant", constant_scalar=2, inplace=True)
        ),
        graph(1, (layer("nn.Threshold", threshold=0, val=-1, inplace=True), [0], None), outputs=[1]),
    ],
)
def test_the_callers_input_stays(obj: Object) -> None:
    x = ROWS.clone()
    got = t7.network(obj)(x)
    assert torch.equal(x, ROWS)
    assert not torch.equal(got.reshape(ROWS.shape), ROWS)


def test_the_callers_table_stays() -> None:
    table_of_two = [one.clone() for one in PAIR]
    got = t7.network(layer("nn.CAddTable", inplace=True))(table_of_two)
    assert torch.equal(got, PAIR[0] + PAIR[1])
    assert torch.equal(table_of_two[0], PAIR[0])


def test_noise() -> None:
    got = t7.network(layer("nn.NoiseFill", num_noise_channels=2, mult=0.5))(IMAGE)
    assert torch.equal(got[:, :2], IMAGE[:, :2])
    assert 0 <= got[:, 2:].min() < got[:, 2:].max() <= 0.5


def test_a_graph_wants_all_of_its_inputs() -> None:
    network = t7.network(graph(2, (None, [0], 1), outputs=[1]))
    with pytest.raises(ValueError, match="takes 2 inputs, in a list"):
        network(ROWS)


def test_a_view_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match=r"\(3, 4\) can't be viewed as \[5\]"):
        t7.network(layer("nn.View", size=longs(5)))(ROWS)


def test_old_graphs_feed_their_inputs_by_the_first_nodes_order() -> None:
    """Their first node names its children; it has no split."""
    obj = graph(2, (layer("nn.Identity"), [0], None), (layer("nn.Abs"), [0], None), outputs=[1, 2])
    nodes = obj.get("forwardnodes").array
    first = nodes[0].get("data")
    first["mapindex"] = table(nodes[2].get("data"), nodes[1].get("data"))
    assert largest_difference(t7.network(obj)(PAIR), [PAIR[1], PAIR[0].abs()]) == 0


NASTY = (None, -1, 0, 2**53, 2.5, math.nan, True, "", Table(), Function(b""), Object("nn.Tanh", 1), longs(2**62, -1),
         torch.zeros(0), torch.zeros(1).expand(10**6, 10**6), torch.zeros(2, 2, 2))  # fmt: skip


def tables(value: Any, seen: set[int]) -> Iterator[Table]:
    """All tables in an object, those of its fields as well."""
    inside = value.fields if isinstance(value, Object) else value
    if isinstance(inside, Table) and id(inside) not in seen:
        seen.add(id(inside))
        yield inside
        for one in list(inside.values()):
            yield from tables(one, seen)


@pytest.mark.parametrize("name", CASES)
def test_whatever_stands_in_a_field(name: str) -> None:
    """A network, or one line that says what is wrong; nothing else, and nothing large."""
    obj, _, _ = CASES[name]
    for fields in list(tables(obj, set())):
        for key in list(fields):
            before = fields[key]
            for value in NASTY:
                if value is None:
                    del fields[key]
                else:
                    fields[key] = value
                try:
                    made = t7.network(obj)
                except T7Error as error:
                    assert str(error).isprintable()
                else:
                    assert sum(one.numel() for one in made.state_dict().values()) < 10_000
                fields[key] = before

"""nngraph's networks: modules connected in any way."""

# ruff: noqa: D102 (each class says what its forward does)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from torch_opencv.t7.layers.layer import Layer
from torch_opencv.t7.layers.registry import builds
from torch_opencv.t7.objects import Object, Table


@dataclass(frozen=True)
class Step:
    """One node of a graph.

    Attributes:
        module: which of the graph's modules computes it; None: it hands on what it gets.
        sources: the steps whose values it gets, in order; one value comes as it is, several as a table.
        select: take only this value, 0-based, of the table that comes.
    """

    module: int | None
    sources: tuple[int, ...]
    select: int | None


class Graph(nn.Module):
    """nn.gModule: its modules one after the other, each with what others gave.

    Step 0 is the input: one tensor or, for a graph of several inputs, a table of them.
    """

    def __init__(self, modules: Sequence[nn.Module], steps: Sequence[Step], inputs: int) -> None:
        super().__init__()
        self.nodes = nn.ModuleList(modules)
        self.steps, self.inputs = tuple(steps), inputs

    def forward(self, input: Any) -> Any:
        if self.inputs > 1 and (isinstance(input, Tensor) or len(input) != self.inputs):
            raise ValueError(f"this network takes {self.inputs} inputs, in a list")
        values: list[Any] = [input]
        for step in self.steps:
            given = [values[source] for source in step.sources]
            value = given[0] if len(given) == 1 else given
            if step.select is not None:
                value = value[step.select]
            values.append(value if step.module is None else self.nodes[step.module](value))
        return values[-1]


@builds("nn.gModule")
def _graph(layer: Layer) -> nn.Module:
    start, end = (_data(layer, layer.object.get(name), name) for name in ("innode", "outnode"))
    nodes = layer.object.get("forwardnodes")
    if not isinstance(nodes, Table):
        raise layer.error("forwardnodes must be a table")
    # In old files the first node names its children in the order of the inputs; later ones split a table.
    order = start.get("mapindex")
    fed: dict[int, int] = {}
    if isinstance(order, Table) and len(order.array) > 1:
        fed = {id(child): i for i, child in enumerate(order.array)}
    numbers = {id(start): 0}
    modules: list[nn.Module] = []
    steps: list[Step] = []
    for i, node in enumerate(nodes.array, 1):
        data = _data(layer, node, f"forwardnodes[{i}]")
        if data is start:
            continue
        select = fed.get(id(data))
        chosen = data.get("selectindex")
        if chosen is not None:
            if select is not None or isinstance(chosen, bool) or not isinstance(chosen, int) or chosen < 1:
                raise layer.error(f"selectindex of node {i} must be a whole number from 1")
            select = chosen - 1
        if data.get("criterion") is not None:
            raise layer.error(f"node {i} is a criterion, which isn't supported")
        module = None
        if data.get("module") is not None:
            modules.append(layer.child(data["module"], f"[{i}]"))
            module = len(modules) - 1
        steps.append(Step(module, _sources(layer, i, data, numbers), select))
        numbers[id(data)] = len(steps)
    if not steps or numbers.get(id(end)) != len(steps):
        raise layer.error("its last node must be outnode")
    inputs = len(fed) or layer.integer("nInputs", 1, least=0)
    return Graph(modules, steps, inputs)


def _data(layer: Layer, node: Any, name: str) -> Table:
    data = node.get("data") if isinstance(node, Object) else None
    if not isinstance(data, Table):
        raise layer.error(f"{name} must be a node of a graph")
    return data


def _sources(layer: Layer, i: int, data: Table, numbers: dict[int, int]) -> tuple[int, ...]:
    """The steps that a node takes from: `mapindex` has their data tables, in order."""
    parents = data.get("mapindex")
    sources = tuple(numbers.get(id(parent), -1) for parent in parents.array) if isinstance(parents, Table) else ()
    if not sources or -1 in sources:
        raise layer.error(f"node {i} takes what no node before it gives")
    return sources

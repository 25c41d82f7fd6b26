"""The LSTM out of a checkpoint's core, which is a graph (nngraph's gModule) of some thirty modules.

Nothing in the file says which of its linear layers does what, and where the layers are as wide as the encoding their
shapes don't either. So the graph is followed with symbols for tensors, and what it gives must be what an LSTM gives:

    sums = i2h(x) + h2h(previous h)          whose four quarters are the gates, in any order
    c = sigmoid(forget) * previous c + sigmoid(in) * tanh(transform)
    h = sigmoid(out) * tanh(c)               which is the next layer's x
    log-softmax of decoder(last h)           beside all c and h

Whatever else it computes is a `CheckpointError`, so that no other network is ever taken for one.

Source: misc/LSTM.lua of https://github.com/karpathy/neuraltalk2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn

from torch_opencv.nets.neuraltalk2.core import Core
from torch_opencv.nets.neuraltalk2.errors import CheckpointError
from torch_opencv.t7.layers.graph import Graph
from torch_opencv.t7.layers.shapes import Reshape
from torch_opencv.t7.layers.tables import Combination, SplitTable
from torch_opencv.t7.layers.transfer import SoftMax

_GATES: Final = 4
_MOST_LAYERS: Final = 64


@dataclass(frozen=True, eq=False)
class _Symbol:
    """A tensor in the graph: what made it of which others. It is the same tensor only if it is the same symbol."""

    made_by: str
    of: tuple[_Symbol, ...] = ()
    module: nn.Module | None = None
    quarter: int = -1


def core_of(graph: nn.Module) -> Core:
    """The LSTM that a checkpoint's core is.

    Raises:
        CheckpointError: it is something else.
    """
    if not isinstance(graph, Graph) or not 3 <= graph.inputs <= 2 * _MOST_LAYERS + 1 or graph.inputs % 2 == 0:
        raise _unlike(f"it must be an nn.gModule of 3 inputs, or 2 more for each further layer (up to {_MOST_LAYERS})")
    inputs = [_Symbol("input") for _ in range(graph.inputs)]
    outputs, dropout = _followed(graph, inputs)
    if not isinstance(outputs, list) or len(outputs) != len(inputs):
        raise _unlike("it must give as many tensors as it takes")
    x, *before = inputs
    *after, scores = outputs
    cells = []
    for layer in range(len(before) // 2):
        pair = slice(2 * layer, 2 * layer + 2)
        cells.append(_cell(x, before[pair], after[pair], f"layer {layer + 1}"))
        x = after[pair][1]
    (logits,) = _operands(scores, "log-softmax", 1, "the last output")
    (decoded,) = _operands(logits, "linear", 1, "the log-softmax's input")
    if decoded is not x:
        raise _unlike("the decoder must take the last layer's output")
    decoder = _linear(logits, cells[-1].hidden_size, "the decoder")
    return Core(cells, decoder, dropout)


def _followed(graph: Graph, inputs: list[_Symbol]) -> tuple[Any, float]:
    """What the graph gives for these inputs, and the part that it drops out in training."""
    values: list[Any] = [inputs]
    dropout = 0.0
    for step in graph.steps:
        given = [values[source] for source in step.sources]
        value = given[0] if len(given) == 1 else given
        if step.select is not None:
            if not isinstance(value, list) or step.select >= len(value):
                raise _unlike(f"it takes tensor {step.select + 1} of what isn't as many")
            value = value[step.select]
        if step.module is not None:
            module = graph.nodes[step.module]
            dropout = module.p if isinstance(module, nn.Dropout) else dropout
            value = _applied(module, value)
        values.append(value)
    return values[-1], dropout


def _applied(module: nn.Module, value: Any) -> Any:
    if isinstance(module, Combination):
        if module.name.startswith(("add", "mul")) and isinstance(value, list) and len(value) == 2:
            return _Symbol(module.name[:3], _symbols(value))
    elif isinstance(value, _Symbol):
        if isinstance(module, nn.Identity | nn.Dropout):
            return value
        if isinstance(module, nn.Linear):
            return _Symbol("linear", (value,), module)
        if isinstance(module, nn.Sigmoid | nn.Tanh):
            return _Symbol(type(module).__name__.lower(), (value,))
        if isinstance(module, SoftMax) and module.kind == "log":
            return _Symbol("log-softmax", (value,))
        if isinstance(module, Reshape) and len(module.size) == 2 and module.size[0] == _GATES:
            return _Symbol("rows", (value,))
        if isinstance(module, SplitTable) and value.made_by == "rows" and module.dimension == 2:
            return [_Symbol("quarter", value.of, quarter=quarter) for quarter in range(_GATES)]
    raise _unlike(f"there is a {type(module).__name__}({module.extra_repr()[:40]}) where an LSTM has none")


def _symbols(values: list[Any]) -> tuple[_Symbol, ...]:
    if not all(isinstance(value, _Symbol) for value in values):
        raise _unlike("it adds or multiplies tables")
    return tuple(values)


def _cell(x: _Symbol, before: list[_Symbol], after: list[Any], where: str) -> nn.LSTMCell:
    """The layer that makes `after`, a cell and an output, of x and `before`."""
    memory, output = after
    of_output = _by_kind(output, "mul", ("sigmoid", "tanh"), f"{where}'s output")
    if of_output["tanh"].of[0] is not memory:
        raise _unlike(f"{where}'s output must be made of its cell")
    # Two products in any order: what is kept, which has the cell before in it, and what is written.
    kept, written = _operands(memory, "add", 2, f"{where}'s cell")
    if not any(one is before[0] for one in _operands(kept, "mul", 2, f"{where}'s cell")):
        kept, written = written, kept
    of_kept = _by_kind(kept, "mul", ("sigmoid", "input"), f"{where}'s forgetting")
    of_written = _by_kind(written, "mul", ("sigmoid", "tanh"), f"{where}'s writing")
    if of_kept["input"] is not before[0]:
        raise _unlike(f"{where} must keep its own cell")
    # In PyTorch's order: in, forget, transform, out.
    gates = [of_written["sigmoid"], of_kept["sigmoid"], of_written["tanh"], of_output["sigmoid"]]
    quarters = [gate.of[0] for gate in gates]
    sums = {id(one): one for quarter in quarters for one in _operands(quarter, "quarter", 1, f"a gate of {where}")}
    order = [quarter.quarter for quarter in quarters]
    if len(sums) != 1 or sorted(order) != list(range(_GATES)):
        raise _unlike(f"{where} must have the four quarters of one sum for gates")
    return _made(x, before[1], next(iter(sums.values())), order, where)


def _made(x: _Symbol, hidden: _Symbol, sums: _Symbol, order: list[int], where: str) -> nn.LSTMCell:
    i2h, h2h = _operands(sums, "add", 2, f"the gates of {where}")
    if _operands(i2h, "linear", 1, f"the gates of {where}")[0] is hidden:
        i2h, h2h = h2h, i2h
    if _operands(i2h, "linear", 1, where)[0] is not x or _operands(h2h, "linear", 1, where)[0] is not hidden:
        raise _unlike(f"the gates of {where} must be made of its input and its output before")
    assert isinstance(h2h.module, nn.Linear)
    size = h2h.module.in_features
    from_input = _linear(i2h, None, f"i2h of {where}", _GATES * size)
    from_output = _linear(h2h, size, f"h2h of {where}", _GATES * size)
    cell = nn.LSTMCell(from_input.in_features, size, device="meta")
    cell.weight_ih, cell.bias_ih = (_reordered(one, order) for one in (from_input.weight, from_input.bias))
    cell.weight_hh, cell.bias_hh = (_reordered(one, order) for one in (from_output.weight, from_output.bias))
    return cell


def _reordered(parameter: Tensor, order: list[int]) -> nn.Parameter:
    quarters = parameter.detach().chunk(_GATES)
    return nn.Parameter(torch.cat([quarters[quarter] for quarter in order]).float())


def _linear(symbol: _Symbol, inputs: int | None, where: str, outputs: int | None = None) -> nn.Linear:
    module = symbol.module
    assert isinstance(module, nn.Linear)
    for wanted, found, what in ((inputs, module.in_features, "takes"), (outputs, module.out_features, "gives")):
        if wanted not in (None, found):
            raise _unlike(f"{where} {what} {found} numbers instead of {wanted}")
    if module.bias is None:
        raise _unlike(f"{where} has no bias")
    return module


def _operands(value: Any, kind: str, count: int, where: str) -> tuple[_Symbol, ...]:
    if not isinstance(value, _Symbol) or value.made_by != kind or len(value.of) != count:
        raise _unlike(f"{where} isn't made by {kind}")
    return value.of


def _by_kind(value: Any, kind: str, parts: tuple[str, str], where: str) -> dict[str, _Symbol]:
    """The two tensors that it is made of, in any order, by what made them."""
    found = {one.made_by: one for one in _operands(value, kind, 2, where)}
    if set(found) != set(parts):
        raise _unlike(f"{where} must be made of {parts[0]} and {parts[1]}")
    return found


def _unlike(problem: str) -> CheckpointError:
    return CheckpointError(f"its core is no LSTM as NeuralTalk2 makes them: {problem}")

"""Circular padding in an ONNX graph, in operators that every runtime knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

_END = np.iinfo(np.int64).max  # a slice to here goes to the end


def as_slices(graph: bytes) -> bytes:
    """The same graph, in which what was padded circularly is put together from slices.

    A picture padded by p is `concat(x[-p:], x, x[:p])`, one dimension after another. OpenVINO has no other way.

    Args:
        graph: ONNX, serialised. A padding whose widths aren't constants, are negative, or that says which dimensions it
            is for, stays as it is.

    Returns:
        ONNX, serialised; the argument itself if there is nothing to replace.
    """
    if b"wrap" not in graph:  # how ONNX names this mode; most networks needn't be parsed
        return graph
    import onnx  # here, because it costs a tenth of a second

    model = onnx.load_model_from_string(graph)
    constants = {one.name: one for one in model.graph.initializer}
    nodes: list[NodeProto] = []
    for node in model.graph.node:
        widths = constants.get(node.input[1]) if _is_circular(node) else None
        pads = onnx.numpy_helper.to_array(widths).tolist() if widths is not None else [-1]
        nodes += [node] if min(pads) < 0 else _put_together(model, node, pads)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    sliced: bytes = model.SerializeToString()
    return sliced


def _is_circular(node: NodeProto) -> bool:
    mode = next((one.s for one in node.attribute if one.name == "mode"), b"constant")
    dimensions = node.input[3] if len(node.input) > 3 else ""
    return node.op_type == "Pad" and mode == b"wrap" and not dimensions


def _put_together(model: ModelProto, node: NodeProto, pads: list[int]) -> list[NodeProto]:
    """Slices and concatenations for a padding by `pads`: each dimension's width before it, then each one's after it."""
    from onnx import helper

    rank = len(pads) // 2
    name, made, before = node.output[0], [], node.input[0]
    for axis in range(rank):
        parts = [before]
        for place, width in ((0, pads[axis]), (1, pads[rank + axis])):
            if width:
                part = f"{name}_axis{axis}_{('before', 'after')[place]}"
                ends = (0, width) if place else (-width, _END)
                bounds = [_constant(model, f"{part}_{number}", value) for number, value in enumerate((*ends, axis))]
                made.append(helper.make_node("Slice", [before, *bounds], [part]))
                parts.insert(len(parts) if place else 0, part)
        if len(parts) > 1:
            before = f"{name}_axis{axis}"
            made.append(helper.make_node("Concat", parts, [before], axis=axis))
    # Whoever takes the padded picture knows it by its name.
    return [*made, helper.make_node("Identity", [before], [name])]


def _constant(model: ModelProto, name: str, value: int) -> str:
    from onnx import numpy_helper

    model.graph.initializer.append(numpy_helper.from_array(np.array([value], dtype=np.int64), name))
    return name

"""Batch normalization in evaluation is a factor and an offset per channel: it can go into the layer before it."""

from __future__ import annotations

import copy

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from torch_opencv.t7.layers.graph import Graph

_Weighted = nn.Conv1d | nn.Conv2d | nn.Conv3d | nn.ConvTranspose2d | nn.ConvTranspose3d | nn.Linear


def fold_batch_norms(module: nn.Module) -> nn.Module:
    """A copy without those batch normalizations that directly follow a convolution or a linear layer.

    They are folded into its weights and bias, in float64 arithmetic, wherever that is exact: where nothing else uses
    the layer's output, nor the layer or its parameters. Others stay.

    Args:
        module: In evaluation mode. Sequences, nngraph's graphs and all other modules in it are searched; what is folded
            in a graph is replaced by nn.Identity, so that the graph stays as it is.

    Raises:
        ValueError: It is in training mode.
    """
    if any(one.training for one in module.modules()):
        raise ValueError("batch normalizations can be folded in evaluation mode only: call .eval() first")
    module = copy.deepcopy(module)
    uses = _uses(module)
    for one in list(module.modules()):
        if isinstance(one, nn.Sequential):
            _fold_sequence(one, uses)
        elif isinstance(one, Graph):
            _fold_graph(one, uses)
    return module


def _uses(module: nn.Module) -> dict[int, int]:
    """How often each module and each parameter is used, by its id."""
    uses: dict[int, int] = {}
    nodes = {id(one.nodes) for one in module.modules() if isinstance(one, Graph)}
    for one in module.modules():
        if id(one) in nodes:  # what of these is used, and how often, the graph's steps say
            continue
        used: list[nn.Module | nn.Parameter | None] = [*one._parameters.values()]
        if isinstance(one, Graph):
            used += [one.nodes[step.module] for step in one.steps if step.module is not None]
        else:
            used += [*one._modules.values()]
        for each in used:
            uses[id(each)] = uses.get(id(each), 0) + 1
    return uses


def _fold_sequence(sequence: nn.Sequential, uses: dict[int, int]) -> None:
    kept: list[tuple[str, nn.Module]] = []
    for name, one in sequence._modules.items():
        assert one is not None
        if isinstance(one, _BatchNorm) and kept and _fold(_last(kept[-1][1], uses), one):
            continue
        kept.append((name, one))
    if len(kept) < len(sequence):
        sequence._modules.clear()
        for i, (_, one) in enumerate(kept):
            sequence.add_module(str(i), one)


def _fold_graph(graph: Graph, uses: dict[int, int]) -> None:
    takers: dict[int, int] = {}
    for step in graph.steps:
        for source in step.sources:
            takers[source] = takers.get(source, 0) + 1
    for step in graph.steps:
        norm = None if step.module is None else graph.nodes[step.module]
        if (
            not isinstance(norm, _BatchNorm)
            or step.select is not None
            or len(step.sources) != 1
            or step.sources[0] == 0
        ):
            continue
        before = graph.steps[step.sources[0] - 1]
        if before.module is None or takers[step.sources[0]] > 1 or uses[id(norm)] > 1:
            continue
        if _fold(_last(graph.nodes[before.module], uses), norm):
            assert step.module is not None
            graph.nodes[step.module] = nn.Identity()


def _last(module: nn.Module, uses: dict[int, int]) -> _Weighted | None:
    """The layer whose output is the module's, if nothing else uses it or its parameters."""
    while uses.get(id(module)) == 1:
        if isinstance(module, nn.Sequential) and len(module):
            module = module[-1]
        elif isinstance(module, _Weighted):
            return module if all(uses.get(id(one), 1) == 1 for one in module.parameters()) else None
        else:
            return None
    return None


def _fold(layer: _Weighted | None, norm: _BatchNorm) -> bool:
    """Folds it if it fits, and says whether."""
    if layer is None or norm.running_mean is None or norm.running_var is None:
        return False
    transposed = isinstance(layer, nn.ConvTranspose2d | nn.ConvTranspose3d)
    groups = 1 if isinstance(layer, nn.Linear) else layer.groups
    outputs = layer.out_features if isinstance(layer, nn.Linear) else layer.out_channels
    if outputs != norm.num_features or not _same_dimensions(layer, norm) or (transposed and groups > 1):
        return False
    factor = (norm.running_var.double() + norm.eps).rsqrt()
    if norm.weight is not None:
        factor = factor * norm.weight.detach().double()
    offset = -norm.running_mean.double() * factor
    if norm.bias is not None:
        offset = offset + norm.bias.detach().double()
    shape = [1] * layer.weight.ndim
    shape[1 if transposed else 0] = outputs
    bias: Tensor | float = 0.0 if layer.bias is None else layer.bias.detach().double()
    dtype = layer.weight.dtype
    layer.weight = nn.Parameter((layer.weight.detach().double() * factor.reshape(shape)).to(dtype))
    layer.bias = nn.Parameter((bias * factor + offset).to(dtype))
    return True


def _same_dimensions(layer: _Weighted, norm: _BatchNorm) -> bool:
    """Whether the normalization takes what the layer gives, so that it normalizes the same dimension."""
    if isinstance(layer, nn.Linear):
        return isinstance(norm, nn.BatchNorm1d)
    kinds = {3: nn.BatchNorm1d, 4: nn.BatchNorm2d, 5: nn.BatchNorm3d}
    return isinstance(norm, kinds[layer.weight.ndim])

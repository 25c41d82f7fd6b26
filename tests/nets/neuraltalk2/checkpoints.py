"""NeuralTalk2 checkpoints of any size, with random weights, as its train.lua saves them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tests.t7.building import graph, layer, longs, table
from tests.t7.values import written
from torch_opencv.t7 import Object, Table

from .original import Layer, Original


@dataclass
class Size:
    """What the original's train.lua has as options, but for `words` and `length`, which are the data set's."""

    rnn: int = 6
    encoding: int = 5
    layers: int = 1
    words: int = 9
    length: int = 7
    dropout: float = 0.5
    seed: int = 0


def checkpoint(size: Size, **fields: Any) -> tuple[Table, Original]:
    """The file's content, and the same language model in plain numbers."""
    chance = torch.Generator().manual_seed(size.seed)

    def numbers(*shape: int, scale: float = 1.0) -> Tensor:
        return torch.randn(shape, generator=chance) * scale

    layers = []
    for i in range(size.layers):
        inputs = size.rnn if i else size.encoding
        pairs = [(numbers(4 * size.rnn, n, scale=n**-0.5 * 2), numbers(4 * size.rnn)) for n in (inputs, size.rnn)]
        layers.append(pairs)
    # Sharp enough for sentences that differ, and END likely enough for some to end.
    decoder = numbers(size.words + 1, size.rnn, scale=3.0), numbers(size.words + 1)
    embeddings = numbers(size.words + 1, size.encoding)
    language_model = layer(
        "nn.LanguageModel",
        vocab_size=size.words,
        input_encoding_size=size.encoding,
        rnn_size=size.rnn,
        num_layers=size.layers,
        num_state=2 * size.layers,
        seq_length=size.length,
        init_state=table(*[torch.zeros(1, size.rnn)] * (2 * size.layers)),
        core=core(layers, decoder, size.rnn, size.dropout),
        lookup_table=layer("nn.LookupTable", version=4, weight=embeddings, paddingValue=0),
    )
    content = table(
        protos=table(cnn=cnn(size.encoding), lm=language_model),
        vocab=table(**{str(i): f"word{i}" for i in range(1, size.words + 1)}),
        opt=table(rnn_size=size.rnn, id="test", drop_prob_lm=size.dropout),
        iter=2500,
        loss_history=table(),
    )
    content.update(fields)

    def plain(pair: tuple[Tensor, Tensor]) -> tuple[np.ndarray, np.ndarray]:
        return pair[0].double().numpy(), pair[1].double().numpy()

    original = Original(
        [Layer(plain(i2h), plain(h2h)) for i2h, h2h in layers],
        plain(decoder),
        embeddings.double().numpy(),
        size.length,
    )
    return content, original


def core(
    layers: list[Any],
    decoder: tuple[Tensor, Tensor],
    rnn: int,
    dropout: float,
    *,
    order: tuple[int, ...] = (0, 1, 2, 3),
    backwards: bool = False,
    squash: str = "nn.Tanh",
) -> Object:
    """The gModule that LSTM.lua makes: the same modules, each with the same inputs.

    Which it never makes: gates in another `order` than in, forget, out, transform; sums and products `backwards`;
    another function than the tanh of what is written.
    """
    nodes: list[tuple[Object | None, list[int], int | None]] = []

    def node(module: str | Object | None, *sources: int, select: int | None = None) -> int:
        nodes.append(
            (layer(module) if isinstance(module, str) else module, list(sources[:: -1 if backwards else 1]), select)
        )
        return len(nodes)

    split = node(None, 0)
    inputs = [node("nn.Identity", node(None, split, select=i)) for i in range(1, 2 * len(layers) + 2)]
    x, outputs = inputs[0], []
    for i, (i2h, h2h) in enumerate(layers):
        if i and dropout:
            x = node(drop(dropout), x)
        sums = node("nn.CAddTable", node(linear(*i2h), x), node(linear(*h2h), inputs[2 * i + 2]))
        rows = node(layer("nn.Reshape", size=longs(4, rnn), nelement=4 * rnn), sums)
        gates = node(None, node(layer("nn.SplitTable", dimension=2), rows))
        quarters = [node(None, gates, select=i) for i in range(1, 5)]
        into, forget, out = (node("nn.Sigmoid", quarter) for quarter in [quarters[i] for i in order[:3]])
        transform = node(squash, quarters[order[3]])
        kept = node("nn.CMulTable", forget, inputs[2 * i + 1])
        c = node("nn.CAddTable", kept, node("nn.CMulTable", into, transform))
        x = node("nn.CMulTable", out, node("nn.Tanh", c))
        outputs += [c, x]
    top = node(drop(dropout), x) if dropout else x
    outputs.append(node("nn.LogSoftMax", node(linear(*decoder), top)))
    return graph(len(inputs), *nodes, outputs=outputs)


def cnn(encoding: int, backend: str = "nn") -> Object:
    """A small one of the kinds of layers that VGG-16 has."""
    chance = torch.Generator().manual_seed(encoding)
    pads = {"padW": 0, "padH": 0}
    weight = torch.randn(4, 3, 16, 16, generator=chance) / 1000
    sizes = {"nInputPlane": 3, "nOutputPlane": 4, "kW": 16, "kH": 16, "dW": 16, "dH": 16, "groups": 1}
    return layer(
        "nn.Sequential",
        layer(f"{backend}.SpatialConvolution", weight=weight, bias=torch.randn(4, generator=chance), **sizes, **pads),
        layer(f"{backend}.ReLU", threshold=0, val=0, inplace=True),
        layer(f"{backend}.SpatialMaxPooling", kW=4, kH=4, dW=4, dH=4, ceil_mode=True, **pads),
        layer("nn.View", size=longs(-1), numElements=1, numInputDims=3),
        linear(torch.randn(encoding, 64, generator=chance) / 4, torch.randn(encoding, generator=chance)),
        layer(f"{backend}.ReLU", threshold=0, val=0, inplace=True),
    )


def linear(weight: Tensor, bias: Tensor | None) -> Object:
    return layer("nn.Linear", weight=weight, bias=bias)


def drop(p: float) -> Object:
    return layer("nn.Dropout", p=p, v2=True)


def save(content: Any, folder: Path, **options: Any) -> Path:
    """In a file of its own: one that is in use is mapped into memory, and must not be written over."""
    path = folder / f"model_id{len(list(folder.iterdir()))}.t7"
    path.write_bytes(written(content, **options))
    return path

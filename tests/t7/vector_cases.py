"""Layers of vectors, of tables and of any tensor, each with an input and what it gives by definition."""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812

from tests.t7.building import graph, layer, linear, longs, numbers
from torch_opencv.t7 import Object

IMAGE = numbers(2, 4, 9, 11)
PAIR = [numbers(3, 4, seed=1), numbers(3, 4, seed=2)]
ROWS = numbers(3, 4)
COLUMN = numbers(1, 4, 1, 1)
SHRINK: dict[str, Any] = {"lambda": 0.5}  # which is a word of Python's


CASES: dict[str, tuple[Object, Any, Any]] = {
    "add": (layer("nn.Add", bias=torch.arange(4.0)), ROWS, ROWS + torch.arange(4.0)),
    "add a scalar": (layer("nn.Add", bias=torch.tensor([2.0]), scalar=True), ROWS, ROWS + 2),
    "add to each of a batch": (
        layer("nn.Add", bias=torch.arange(12.0)),
        numbers(2, 3, 4),
        numbers(2, 3, 4) + torch.arange(12.0).reshape(3, 4),
    ),
    "bottle": (
        layer("nn.Bottle", linear(4, 3), nInputDim=2, nOutputDim=2, dimDelta=0),
        numbers(2, 5, 4),
        numbers(2, 5, 4) @ numbers(3, 4, seed=3).t() + numbers(3, seed=4),
    ),
    "bottle that isn't needed": (
        layer("nn.Bottle", linear(4, 3), nInputDim=2),
        ROWS,
        ROWS @ numbers(3, 4, seed=3).t() + numbers(3, seed=4),
    ),
    "cadd": (layer("nn.CAdd", bias=COLUMN), IMAGE, IMAGE + COLUMN),
    "cadd per element": (layer("nn.CAdd", bias=numbers(12)), ROWS, ROWS + numbers(12).reshape(3, 4)),
    "cmul, sizes in another order": (
        layer("nn.CMul", weight=numbers(1, 4, 1)),
        numbers(4, 1, 1, seed=1),
        numbers(4, 1, 1, seed=1) * numbers(4, 1, 1),
    ),
    "cmul per row": (
        layer("nn.CMul", weight=numbers(12)),
        numbers(2, 3, 4),
        numbers(2, 3, 4) * numbers(12).reshape(3, 4),
    ),
    "add table": (layer("nn.CAddTable"), [*PAIR, ROWS], PAIR[0] + PAIR[1] + ROWS),
    "max table": (layer("nn.CMaxTable"), PAIR, torch.where(PAIR[0] > PAIR[1], *PAIR)),
    "min table": (layer("nn.CMinTable"), PAIR, torch.where(PAIR[0] < PAIR[1], *PAIR)),
    "mul table": (layer("nn.CMulTable"), [*PAIR, ROWS], PAIR[0] * PAIR[1] * ROWS),
    "concat table": (
        layer("nn.ConcatTable", layer("nn.Identity"), layer("nn.MulConstant", constant_scalar=3)),
        ROWS,
        [ROWS, ROWS * 3],
    ),
    "cosine distance": (
        layer("nn.CosineDistance"),
        PAIR,
        torch.stack([a.dot(b) / a.norm() / b.norm() for a, b in zip(*PAIR, strict=True)]),
    ),
    "cosine distance of vectors": (
        layer("nn.CosineDistance"),
        [PAIR[0][0], PAIR[1][0]],
        (PAIR[0][0] @ PAIR[1][0] / PAIR[0][0].norm() / PAIR[1][0].norm())[None],
    ),
    "flatten table": (layer("nn.FlattenTable"), [ROWS, [PAIR[0], [PAIR[1]]]], [ROWS, *PAIR]),
    "join, batch": (layer("nn.JoinTable", dimension=1, nInputDims=1), PAIR, torch.cat(PAIR, 1)),
    "join from the end": (layer("nn.JoinTable", dimension=-1), PAIR, torch.cat(PAIR, 1)),
    "linear of a vector": (linear(4, 5), ROWS[0], numbers(5, 4, seed=3) @ ROWS[0] + numbers(5, seed=4)),
    "linear without bias": (linear(4, 5, bias=False), ROWS, ROWS @ numbers(5, 4, seed=3).t()),
    "mean of a batch": (
        layer("nn.Mean", dimension=1, nInputDims=1, sizeAverage=True, squeeze=True),
        ROWS,
        ROWS.mean(1),
    ),
    "mean, old": (layer("nn.Mean", dimension=1), ROWS, ROWS.sum(0) / 3),
    "sum": (layer("nn.Sum", dimension=2, sizeAverage=False), ROWS, ROWS.sum(1)),
    "sum that averages and keeps": (
        layer("nn.Sum", dimension=-1, sizeAverage=True, squeeze=False),
        ROWS,
        ROWS.mean(1)[:, None],
    ),
    "sum of a vector": (layer("nn.Sum", dimension=1), ROWS[0], ROWS[0].sum()[None]),
    "normalize, infinite": (
        layer("nn.Normalize", p=math.inf, eps=1e-10),
        ROWS,
        ROWS / ROWS.abs().max(1, keepdim=True).values,
    ),
    "reshape of a batch": (layer("nn.Reshape", size=longs(44), batchMode=True), numbers(1, 4, 11), numbers(1, 44)),
    "reshape of one that looks like a batch": (layer("nn.Reshape", size=longs(44)), numbers(1, 4, 11), numbers(1, 44)),
    "select": (layer("nn.Select", dimension=2, index=3), ROWS, ROWS[:, 2]),
    "select from the end": (layer("nn.Select", dimension=-1, index=-1), ROWS, ROWS[:, 3]),
    "select of a table": (layer("nn.SelectTable", index=2), PAIR, PAIR[1]),
    "select of a table's end": (layer("nn.SelectTable", index=-2), PAIR, PAIR[0]),
    "sigmoid": (layer("nn.Sigmoid"), IMAGE, 1 / (1 + (-IMAGE).exp())),
    "softmax without a batch": (layer("nn.SoftMax"), IMAGE[0], IMAGE[0].exp() / IMAGE[0].exp().sum(0)),
    "softmin": (layer("nn.SoftMin"), ROWS, (-ROWS).exp() / (-ROWS).exp().sum(1, keepdim=True)),
    "sqrt": (layer("nn.Sqrt", eps=0), ROWS.abs(), ROWS.abs() ** 0.5),
    "square": (layer("nn.Square"), ROWS, ROWS * ROWS),
    "view, the batch found": (layer("nn.View", size=longs(44), numElements=44), numbers(2, 4, 11), numbers(2, 44)),
    "view, several sizes": (layer("nn.View", size=longs(2, 22), numElements=44), numbers(2, 4, 11), numbers(2, 2, 22)),
    "view, -1": (layer("nn.View", size=longs(-1), numInputDims=3, numElements=1), IMAGE, IMAGE.reshape(2, -1)),
    "view, -1, no batch": (
        layer("nn.View", size=longs(-1), numInputDims=3, numElements=1),
        IMAGE[0],
        IMAGE[0].reshape(-1),
    ),
    "view, -1, batch of one": (
        layer("nn.View", size=longs(-1), numInputDims=3),
        IMAGE[:1],
        IMAGE[:1].reshape(1, -1),
    ),
    "view, part of an element": (layer("nn.View", size=longs(11)), numbers(2, 4, 11), numbers(8, 11)),
    "padding inside": (
        layer("nn.Padding", dim=1, pad=2, nInputDim=1, value=7, index=2),
        ROWS,
        torch.cat([ROWS[:, :3], torch.full((3, 2), 7.0), ROWS[:, 3:]], 1),
    ),
    "bilinear": (
        layer("nn.Bilinear", weight=numbers(2, 4, 4), bias=numbers(2)),
        PAIR,
        torch.stack([(PAIR[0] @ w * PAIR[1]).sum(1) for w in numbers(2, 4, 4)], 1) + numbers(2),
    ),
    "euclidean": (layer("nn.Euclidean", weight=numbers(4, 5)), ROWS, torch.cdist(ROWS, numbers(4, 5).t())),
    "cosine": (
        layer("nn.Cosine", weight=numbers(5, 4)),
        ROWS,
        F.normalize(ROWS) @ F.normalize(numbers(5, 4)).t(),
    ),
    "matrix times vector": (
        layer("nn.MV", trans=True),
        [numbers(2, 4, 3), numbers(2, 4)],
        torch.einsum("nij,ni->nj", numbers(2, 4, 3), numbers(2, 4)),
    ),
    "mixture of a table": (
        layer("nn.MixtureTable"),
        [numbers(3, 2), PAIR],
        PAIR[0] * numbers(3, 2)[:, :1] + PAIR[1] * numbers(3, 2)[:, 1:],
    ),
    "mixture of a tensor": (
        layer("nn.MixtureTable", dim=2),
        [numbers(3, 2), torch.stack(PAIR, 1)],
        PAIR[0] * numbers(3, 2)[:, :1] + PAIR[1] * numbers(3, 2)[:, 1:],
    ),
    "parallel": (
        layer("nn.Parallel", linear(4, 2), linear(4, 3), inputDimension=2, outputDimension=2),
        torch.stack(PAIR, 1),
        torch.cat(
            [
                PAIR[0] @ numbers(2, 4, seed=3).t() + numbers(2, seed=4),
                PAIR[1] @ numbers(3, 4, seed=3).t() + numbers(3, seed=4),
            ],
            1,
        ),
    ),
    "map": (layer("nn.MapTable", layer("nn.Abs"), shared=True), PAIR, [PAIR[0].abs(), PAIR[1].abs()]),
    "zip": (layer("nn.ZipTable"), [PAIR, PAIR], [[PAIR[0], PAIR[0]], [PAIR[1], PAIR[1]]]),
    "zip one to many": (layer("nn.ZipTableOneToMany"), [ROWS, PAIR], [[ROWS, PAIR[0]], [ROWS, PAIR[1]]]),
    "collapse": (layer("nn.Collapse", nInputDim=3), IMAGE, IMAGE.reshape(2, -1)),
    "constant": (layer("nn.Constant", value=torch.arange(2.0), nInputDim=1), ROWS, torch.tensor([[0.0, 1.0]] * 3)),
    "gated linear unit": (layer("nn.GatedLinearUnit", dim=2), ROWS, ROWS[:, :2] * torch.sigmoid(ROWS[:, 2:])),
    "hard shrink": (layer("nn.HardShrink", **SHRINK), ROWS, torch.where(ROWS.abs() > 0.5, ROWS, 0)),
    "soft shrink": (layer("nn.SoftShrink", **SHRINK), ROWS, ROWS.sign() * (ROWS.abs() - 0.5).clamp(min=0)),
    "soft sign": (layer("nn.SoftSign"), ROWS, ROWS / (1 + ROWS.abs())),
    "log sigmoid": (layer("nn.LogSigmoid"), ROWS, torch.sigmoid(ROWS).log()),
    "tanh shrink": (layer("nn.TanhShrink"), ROWS, ROWS - ROWS.tanh()),
    "clipped relu": (layer("cudnn.ClippedReLU", ceiling=0.5, inplace=True), ROWS, ROWS.clamp(0, 0.5)),
    "prelu without a batch": (
        layer("nn.PReLU", nOutputPlane=4, weight=numbers(4)),
        IMAGE[0],
        torch.where(IMAGE[0] > 0, IMAGE[0], IMAGE[0] * numbers(4)[:, None, None]),
    ),
    "dropout that goes on": (layer("nn.Dropout", p=0, v2=False, stochastic_inference=True), ROWS, ROWS),
    "squeeze one of a batch of one": (layer("nn.Squeeze", numInputDims=3), numbers(1, 1, 4, 1), numbers(1, 4)),
    "squeeze a dimension": (layer("nn.Squeeze", dim=1, numInputDims=3), numbers(2, 1, 4, 1), numbers(2, 4, 1)),
    "replicate in a batch": (layer("nn.Replicate", nfeatures=2, dim=1, ndim=1), ROWS, torch.stack([ROWS, ROWS], 1)),
    "lookup with a largest norm": (
        layer("nn.LookupTable", weight=torch.tensor([[3.0, 4.0], [0.3, 0.4]]), maxNorm=1, normType=2),
        longs(1, 2),
        torch.tensor([[0.6, 0.8], [0.3, 0.4]]),
    ),
    "linear by direction and length": (
        layer("nn.LinearWeightNorm", v=numbers(5, 4), g=numbers(5, 1, seed=1)),
        ROWS,
        ROWS @ (F.normalize(numbers(5, 4)) * numbers(5, 1, seed=1)).t(),
    ),
    "graph that splits a table": (
        graph(2, (None, [0], 1), (None, [0], 2), (layer("nn.CSubTable"), [2, 1], None), outputs=[3]),
        PAIR,
        PAIR[1] - PAIR[0],
    ),
    "graph with a table between": (
        graph(1, (layer("nn.SplitTable", dimension=2), [0], None), (None, [1], 4), (None, [1], 1), outputs=[2, 3]),
        ROWS,
        [ROWS[:, 3], ROWS[:, 0]],
    ),
    "wrapped": (
        layer("nn.DataParallelTable", layer("nn.Decorator", linear(4, 3))),
        ROWS,
        ROWS @ numbers(3, 4, seed=3).t() + numbers(3, seed=4),
    ),
}

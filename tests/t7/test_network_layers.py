"""Layers against what they are by definition, above all those that no file of the test data holds."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from tests.t7.building import conv, graph, layer, linear, longs, norm, numbers, table
from torch_opencv import t7
from torch_opencv.t7 import Object

PICTURE = numbers(2, 4, 9, 11)
PAIR = [numbers(3, 4, seed=1), numbers(3, 4, seed=2)]
ROWS = numbers(3, 4)


def window_means(x: Tensor, size: int) -> Tensor:
    """Over all channels and a window around each place, what lies outside left out."""
    output = torch.empty_like(x[:, :1])
    r = size // 2
    for i in range(x.shape[2]):
        for j in range(x.shape[3]):
            output[:, 0, i, j] = x[:, :, max(0, i - r) : i + r + 1, max(0, j - r) : j + r + 1].mean((1, 2, 3))
    return output


def estimator(size: int, channels: int, *around: Object, after: tuple[Object, ...] = ()) -> Object:
    """The mean over a window as nn's normalizations make it: padding, convolution, repetition."""
    pad = layer("nn.SpatialZeroPadding", **{f"pad_{side}": size // 2 for side in "lrtb"})
    weight = torch.full((1, channels, size, size), 1 / (channels * size * size))
    mean = conv(channels, 1, kernel=size, pad=0, weight=weight, bias=torch.zeros(1))
    repeat = layer("nn.Replicate", nfeatures=channels, dim=1, ndim=3)
    return layer("nn.Sequential", *around, pad, mean, repeat, *after)


def contrastive() -> Object:
    square, root = layer("nn.Square"), layer("nn.Sqrt", eps=0)
    subtractive = layer("nn.SpatialSubtractiveNormalization", meanestimator=estimator(3, 4))
    divisive = layer(
        "nn.SpatialDivisiveNormalization",
        meanestimator=estimator(3, 4),
        stdestimator=estimator(3, 4, square, after=(root,)),
        threshold=1e-4,
        thresval=1e-4,
    )
    return layer("nn.SpatialContrastiveNormalization", normalizer=layer("nn.Sequential", subtractive, divisive))


def contrasted(x: Tensor) -> Tensor:
    # The sums at the border are divided by the part of the window that is inside, the second ones after the root.
    part = torch.nn.functional.avg_pool2d(torch.ones_like(x[:, :1]), 3, 1, 1)
    x = x - window_means(x, 3)
    return x / (window_means(x * x, 3) * part).sqrt() * part


def partial_windows(x: Tensor) -> Tensor:
    """3x3 windows in steps of 2 over 8x10: the last ones are cut off at the border, and divided by what they have."""
    output = torch.empty(2, 4, 4, 5)
    for i in range(4):
        for j in range(5):
            output[..., i, j] = x[..., 2 * i : 2 * i + 3, 2 * j : 2 * j + 3].mean((2, 3))
    return output


def pooled(**fields: Any) -> Object:
    return layer("nn.SpatialAveragePooling", kW=3, kH=3, dW=2, dH=2, **fields)


def volumetric(name: str, **fields: Any) -> Object:
    return layer(name, **{f"{one}{axis}": n for one, n in (("k", 2), ("d", 1)) for axis in "TWH"}, **fields)


def response(x: Tensor, k: float) -> Tensor:
    output = torch.empty_like(x)
    channels = x.shape[-3]
    for c in range(channels):
        around = x[..., max(0, c - 2) : c + 3, :, :]
        output[..., c, :, :] = x[..., c, :, :] / (k + 1e-4 / 5 * (around**2).sum(-3)) ** 0.75
    return output


CROP = numbers(2, 4, 8, 10)
WEIGHT, BIAS = numbers(3, 2, 2, 2, 2, seed=7), numbers(3, seed=8)
NORM = norm(4, weight=None, bias=None)
COLUMN = numbers(1, 4, 1, 1)
SHRINK: dict[str, Any] = {"lambda": 0.5}  # which is a word of Python's

CASES: dict[str, tuple[Object, Any, Any]] = {
    "adaptive average": (
        layer("nn.SpatialAdaptiveAveragePooling", W=3, H=2),
        PICTURE,
        torch.stack(
            [
                torch.stack([PICTURE[:, :, a:b, c:d].mean((2, 3)) for c, d in ((0, 4), (3, 8), (7, 11))], -1)
                for a, b in ((0, 5), (4, 9))
            ],
            -2,
        ),
    ),
    "add": (layer("nn.Add", bias=torch.arange(4.0)), ROWS, ROWS + torch.arange(4.0)),
    "add a scalar": (layer("nn.Add", bias=torch.tensor([2.0]), scalar=True), ROWS, ROWS + 2),
    "add to each of a batch": (
        layer("nn.Add", bias=torch.arange(12.0)),
        numbers(2, 3, 4),
        numbers(2, 3, 4) + torch.arange(12.0).reshape(3, 4),
    ),
    "average with partial windows": (
        pooled(ceil_mode=True, divide=True, count_include_pad=True, padW=0, padH=0),
        CROP,
        partial_windows(CROP),
    ),
    "average without divide gives sums": (pooled(), PICTURE, F.avg_pool2d(PICTURE, 3, 2) * 9),
    "cudnn's average always divides": (
        layer("cudnn.SpatialAveragePooling", kW=3, kH=3, dW=2, dH=2, padW=1, padH=1, ceil_mode=False),
        PICTURE,
        F.avg_pool2d(F.pad(PICTURE, (1, 1, 1, 1)), 3, 2),
    ),
    "average that leaves padding out": (
        pooled(padW=1, padH=1, divide=True, ceil_mode=False, count_include_pad=False),
        PICTURE,
        F.avg_pool2d(PICTURE, 3, 2, 1) / F.avg_pool2d(torch.ones_like(PICTURE), 3, 2, 1),
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
    "cadd": (layer("nn.CAdd", bias=COLUMN), PICTURE, PICTURE + COLUMN),
    "cadd per element": (layer("nn.CAdd", bias=numbers(12)), ROWS, ROWS + numbers(12).reshape(3, 4)),
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
    "contrastive normalization": (contrastive(), PICTURE, contrasted(PICTURE)),
    "convolution without a batch": (
        conv(4, 6),
        PICTURE[0],
        F.conv2d(PICTURE, numbers(6, 4, 3, 3, seed=1), numbers(6, seed=2), padding=1)[0],
    ),
    "grouped convolution": (
        conv(4, 6, groups=2, weight=numbers(6, 2, 3, 3)),
        PICTURE,
        torch.cat(
            [F.conv2d(x, w, padding=1) for x, w in zip(PICTURE.chunk(2, 1), numbers(6, 2, 3, 3).chunk(2), strict=True)],
            1,
        )
        + numbers(6, seed=2)[:, None, None],
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
    "response normalization, k": (
        layer("nn.SpatialCrossMapLRN", size=5, alpha=1e-4, beta=0.75, k=2),
        PICTURE,
        response(PICTURE, 2),
    ),
    "response normalization without a batch": (
        layer("nn.SpatialCrossMapLRN", size=5, alpha=1e-4, beta=0.75, k=1),
        PICTURE[0],
        response(PICTURE[0], 1),
    ),
    "cudnn's response normalization": (
        layer("cudnn.SpatialCrossMapLRN", size=5, alpha=1e-4, beta=0.75, K=2),
        PICTURE,
        response(PICTURE, 2),
    ),
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
    "replication padding": (
        layer("nn.SpatialReplicationPadding", pad_l=1, pad_r=2, pad_t=3, pad_b=0),
        PICTURE,
        PICTURE[:, :, [0, 0, 0, *range(9)]][..., [0, *range(11), 10, 10]],
    ),
    "batch norm without weights": (
        NORM,
        PICTURE,
        (PICTURE - NORM.get("running_mean")[:, None, None]) / (NORM.get("running_var")[:, None, None] + 1e-5).sqrt(),
    ),
    "select": (layer("nn.Select", dimension=2, index=3), ROWS, ROWS[:, 2]),
    "select from the end": (layer("nn.Select", dimension=-1, index=-1), ROWS, ROWS[:, 3]),
    "select of a table": (layer("nn.SelectTable", index=2), PAIR, PAIR[1]),
    "select of a table's end": (layer("nn.SelectTable", index=-2), PAIR, PAIR[0]),
    "sigmoid": (layer("nn.Sigmoid"), PICTURE, 1 / (1 + (-PICTURE).exp())),
    "spatial dropout": (layer("nn.SpatialDropout", p=0.4), PICTURE, PICTURE * 0.6),
    "volumetric dropout": (
        layer("nn.VolumetricDropout", p=0.25),
        numbers(1, 2, 3, 4, 5),
        numbers(1, 2, 3, 4, 5) * 0.75,
    ),
    "spatial softmax": (layer("nn.SpatialSoftMax"), PICTURE, PICTURE.exp() / PICTURE.exp().sum(1, keepdim=True)),
    "softmax without a batch": (layer("nn.SoftMax"), PICTURE[0], PICTURE[0].exp() / PICTURE[0].exp().sum(0)),
    "softmin": (layer("nn.SoftMin"), ROWS, (-ROWS).exp() / (-ROWS).exp().sum(1, keepdim=True)),
    "sqrt": (layer("nn.Sqrt", eps=0), ROWS.abs(), ROWS.abs() ** 0.5),
    "square": (layer("nn.Square"), ROWS, ROWS * ROWS),
    "view, the batch found": (layer("nn.View", size=longs(44), numElements=44), numbers(2, 4, 11), numbers(2, 44)),
    "view, several sizes": (layer("nn.View", size=longs(2, 22), numElements=44), numbers(2, 4, 11), numbers(2, 2, 22)),
    "view, -1": (layer("nn.View", size=longs(-1), numInputDims=3, numElements=1), PICTURE, PICTURE.reshape(2, -1)),
    "view, -1, no batch": (
        layer("nn.View", size=longs(-1), numInputDims=3, numElements=1),
        PICTURE[0],
        PICTURE[0].reshape(-1),
    ),
    "view, -1, batch of one": (
        layer("nn.View", size=longs(-1), numInputDims=3),
        PICTURE[:1],
        PICTURE[:1].reshape(1, -1),
    ),
    "view, part of an element": (layer("nn.View", size=longs(11)), numbers(2, 4, 11), numbers(8, 11)),
    "volumetric convolution": (
        volumetric("nn.VolumetricConvolution", nInputPlane=2, nOutputPlane=3, weight=WEIGHT, bias=BIAS),
        numbers(1, 2, 4, 5, 6),
        sum(
            torch.einsum(
                "oc,nctyx->notyx", WEIGHT[:, :, a, b, c], numbers(1, 2, 4, 5, 6)[:, :, a : a + 3, b : b + 4, c : c + 5]
            )
            for a in (0, 1)
            for b in (0, 1)
            for c in (0, 1)
        )
        + BIAS[:, None, None, None],
    ),
    "old volumetric full convolution": (
        volumetric(
            "nn.VolumetricFullConvolution", nInputPlane=2, nOutputPlane=3, weight=WEIGHT, bias=BIAS, pT=1, pW=1, pH=1
        ),
        numbers(1, 2, 4, 5, 6),
        F.conv_transpose3d(numbers(1, 2, 4, 5, 6), WEIGHT.transpose(0, 1), BIAS, padding=1),
    ),
    "volumetric max": (
        volumetric("nn.VolumetricMaxPooling"),
        numbers(2, 4, 5, 6),
        F.max_pool3d(numbers(2, 4, 5, 6), 2, 1),
    ),
    "volumetric average": (
        volumetric("nn.VolumetricAveragePooling"),
        numbers(1, 2, 4, 5, 6),
        F.avg_pool3d(numbers(1, 2, 4, 5, 6), 2, 1),
    ),
    "zero padding": (
        layer("nn.SpatialZeroPadding", pad_l=1, pad_r=0, pad_t=0, pad_b=1),
        PICTURE,
        torch.cat([torch.cat([torch.zeros(2, 4, 9, 1), PICTURE], 3), torch.zeros(2, 4, 1, 12)], 2),
    ),
    "zero padding that crops": (
        layer("nn.SpatialZeroPadding", pad_l=-1, pad_r=-2, pad_t=0, pad_b=-1),
        PICTURE,
        PICTURE[:, :, :8, 1:9],
    ),
    "shave": (layer("nn.ShaveImage", size=2), PICTURE, PICTURE[:, :, 2:7, 2:9]),
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
    "collapse": (layer("nn.Collapse", nInputDim=3), PICTURE, PICTURE.reshape(2, -1)),
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
        PICTURE[0],
        torch.where(PICTURE[0] > 0, PICTURE[0], PICTURE[0] * numbers(4)[:, None, None]),
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
    "instance normalization": (
        layer("nn.InstanceNormalization", nOutput=4, eps=1e-5, weight=numbers(4), bias=numbers(4, seed=1)),
        PICTURE,
        (PICTURE - PICTURE.mean((2, 3), keepdim=True))
        / (PICTURE.var((2, 3), keepdim=True, correction=0) + 1e-5).sqrt()
        * numbers(4)[:, None, None]
        + numbers(4, seed=1)[:, None, None],
    ),
    "linear by direction and length": (
        layer("nn.LinearWeightNorm", v=numbers(5, 4), g=numbers(5, 1, seed=1)),
        ROWS,
        ROWS @ (F.normalize(numbers(5, 4)) * numbers(5, 1, seed=1)).t(),
    ),
    "weight normalization": (
        layer(
            "nn.WeightNorm",
            conv(4, 6, weight=torch.zeros(6, 4, 3, 3)),
            v=numbers(6, 36),
            g=numbers(6, seed=9),
            viewOut=longs(6, 4, 3, 3),
            outputDim=1,
        ),
        PICTURE,
        F.conv2d(
            PICTURE,
            (numbers(6, 36) * (numbers(6, seed=9) / ((numbers(6, 36) ** 2).sum(1) + 1e-4).sqrt())[:, None]).reshape(
                6, 4, 3, 3
            ),
            numbers(6, seed=2),
            padding=1,
        ),
    ),
    "connected by a table": (
        layer(
            "nn.SpatialConvolutionMap",
            connTable=torch.tensor([[1.0, 2.0], [3.0, 1.0], [4.0, 2.0]]),
            kW=3,
            kH=3,
            dW=2,
            dH=1,
            weight=numbers(3, 3, 3),
            bias=numbers(2),
        ),
        PICTURE,
        torch.cat(
            [
                F.conv2d(PICTURE[:, 2:3], numbers(3, 3, 3)[1:2, None], stride=(1, 2)),
                F.conv2d(PICTURE[:, 0::3], numbers(3, 3, 3)[[0, 2]][None], stride=(1, 2)),
            ],
            1,
        )
        + numbers(2)[:, None, None],
    ),
    "weights of each place": (
        layer(
            "nn.SpatialConvolutionLocal",
            nInputPlane=4,
            nOutputPlane=2,
            kW=2,
            kH=3,
            oW=10,
            oH=7,
            weight=numbers(7, 10, 2, 4, 3, 2),
            bias=numbers(2, 7, 10),
        ),
        PICTURE,
        torch.stack(
            [
                torch.stack(
                    [
                        torch.einsum(
                            "ncij,ocij->no", PICTURE[:, :, y : y + 3, x : x + 2], numbers(7, 10, 2, 4, 3, 2)[y, x]
                        )
                        for x in range(10)
                    ],
                    -1,
                )
                for y in range(7)
            ],
            -2,
        )
        + numbers(2, 7, 10),
    ),
    "depthwise, height and width mistaken": (
        layer(
            "nn.SpatialDepthWiseConvolution", nInputPlane=4, nOutputPlane=1, kW=1, kH=2, weight=torch.ones(1, 4, 2, 1)
        ),
        PICTURE,
        PICTURE.reshape(2, 4, 11, 9)[:, :, :-1] + PICTURE.reshape(2, 4, 11, 9)[:, :, 1:],
    ),
    "full convolution to another's size": (
        layer(
            "nn.SpatialFullConvolution",
            nInputPlane=4,
            nOutputPlane=3,
            kW=3,
            kH=3,
            dW=2,
            dH=2,
            padW=1,
            padH=1,
            weight=numbers(4, 3, 3, 3),
        ),
        [PICTURE, numbers(1, 1, 18, 21)],
        F.conv_transpose2d(PICTURE, numbers(4, 3, 3, 3), stride=2, padding=1, output_padding=(1, 0)),
    ),
    "subsampling": (
        layer("nn.SpatialSubSampling", kW=2, kH=2, dW=2, dH=2, weight=numbers(4), bias=numbers(4, seed=1)),
        CROP,
        CROP.reshape(2, 4, 4, 2, 5, 2).sum((3, 5)) * numbers(4)[:, None, None] + numbers(4, seed=1)[:, None, None],
    ),
    "subsampling in time": (
        layer("nn.TemporalSubSampling", kW=2, dW=2, weight=numbers(4), bias=numbers(4, seed=1)),
        numbers(6, 4),
        numbers(6, 4).reshape(3, 2, 4).sum(1) * numbers(4) + numbers(4, seed=1),
    ),
    "maximum in time": (
        layer("nn.TemporalMaxPooling", kW=2, dW=2),
        numbers(6, 4),
        numbers(6, 4).reshape(3, 2, 4).amax(1),
    ),
    "upsampling, linear": (
        layer("nn.UpSampling", scale_factor=2, mode="linear"),
        PICTURE,
        F.interpolate(PICTURE, scale_factor=2, mode="bilinear", align_corners=True),
    ),
    "upsampling, volumes": (
        layer("nn.UpSampling", scale_factor=2, mode="nearest"),
        numbers(1, 2, 2, 3, 4),
        numbers(1, 2, 2, 3, 4).repeat_interleave(2, 2).repeat_interleave(2, 3).repeat_interleave(2, 4),
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
    got = t7.network(layer("nn.NoiseFill", num_noise_channels=2, mult=0.5))(PICTURE)
    assert torch.equal(got[:, :2], PICTURE[:, :2])
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

"""Layers of images, sequences and volumes, each with an input and what it gives by definition."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from tests.t7.building import conv, layer, longs, norm, numbers
from torch_opencv.t7 import Object

IMAGE = numbers(2, 4, 9, 11)


def window_means(x: Tensor, size: int) -> Tensor:
    """Over all channels and a window around each pixel, what lies outside left out."""
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

CASES: dict[str, tuple[Object, Any, Any]] = {
    "adaptive average": (
        layer("nn.SpatialAdaptiveAveragePooling", W=3, H=2),
        IMAGE,
        torch.stack(
            [
                torch.stack([IMAGE[:, :, a:b, c:d].mean((2, 3)) for c, d in ((0, 4), (3, 8), (7, 11))], -1)
                for a, b in ((0, 5), (4, 9))
            ],
            -2,
        ),
    ),
    "average with partial windows": (
        pooled(ceil_mode=True, divide=True, count_include_pad=True, padW=0, padH=0),
        CROP,
        partial_windows(CROP),
    ),
    "average without divide gives sums": (pooled(), IMAGE, F.avg_pool2d(IMAGE, 3, 2) * 9),
    "cudnn's average always divides": (
        layer("cudnn.SpatialAveragePooling", kW=3, kH=3, dW=2, dH=2, padW=1, padH=1, ceil_mode=False),
        IMAGE,
        F.avg_pool2d(F.pad(IMAGE, (1, 1, 1, 1)), 3, 2),
    ),
    "inn's average has partial windows": (
        layer("inn.SpatialAveragePooling", kW=3, kH=3, dW=2, dH=2),
        CROP,
        partial_windows(CROP),
    ),
    "inn's affine layer": (
        layer("inn.ConstAffine", a=numbers(4), b=numbers(4, seed=1)),
        IMAGE,
        IMAGE * numbers(4)[:, None, None] + numbers(4, seed=1)[:, None, None],
    ),
    "average that leaves padding out": (
        pooled(padW=1, padH=1, divide=True, ceil_mode=False, count_include_pad=False),
        IMAGE,
        F.avg_pool2d(IMAGE, 3, 2, 1) / F.avg_pool2d(torch.ones_like(IMAGE), 3, 2, 1),
    ),
    "contrastive normalization": (contrastive(), IMAGE, contrasted(IMAGE)),
    "convolution without a batch": (
        conv(4, 6),
        IMAGE[0],
        F.conv2d(IMAGE, numbers(6, 4, 3, 3, seed=1), numbers(6, seed=2), padding=1)[0],
    ),
    "grouped convolution": (
        conv(4, 6, groups=2, weight=numbers(6, 2, 3, 3)),
        IMAGE,
        torch.cat(
            [F.conv2d(x, w, padding=1) for x, w in zip(IMAGE.chunk(2, 1), numbers(6, 2, 3, 3).chunk(2), strict=True)],
            1,
        )
        + numbers(6, seed=2)[:, None, None],
    ),
    "response normalization, k": (
        layer("nn.SpatialCrossMapLRN", size=5, alpha=1e-4, beta=0.75, k=2),
        IMAGE,
        response(IMAGE, 2),
    ),
    "response normalization without a batch": (
        layer("nn.SpatialCrossMapLRN", size=5, alpha=1e-4, beta=0.75, k=1),
        IMAGE[0],
        response(IMAGE[0], 1),
    ),
    "cudnn's response normalization": (
        layer("cudnn.SpatialCrossMapLRN", size=5, alpha=1e-4, beta=0.75, K=2),
        IMAGE,
        response(IMAGE, 2),
    ),
    "replication padding": (
        layer("nn.SpatialReplicationPadding", pad_l=1, pad_r=2, pad_t=3, pad_b=0),
        IMAGE,
        IMAGE[:, :, [0, 0, 0, *range(9)]][..., [0, *range(11), 10, 10]],
    ),
    "batch norm without weights": (
        NORM,
        IMAGE,
        (IMAGE - NORM.get("running_mean")[:, None, None]) / (NORM.get("running_var")[:, None, None] + 1e-5).sqrt(),
    ),
    "spatial dropout": (layer("nn.SpatialDropout", p=0.4), IMAGE, IMAGE * 0.6),
    "volumetric dropout": (
        layer("nn.VolumetricDropout", p=0.25),
        numbers(1, 2, 3, 4, 5),
        numbers(1, 2, 3, 4, 5) * 0.75,
    ),
    "spatial softmax": (layer("nn.SpatialSoftMax"), IMAGE, IMAGE.exp() / IMAGE.exp().sum(1, keepdim=True)),
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
        IMAGE,
        torch.cat([torch.cat([torch.zeros(2, 4, 9, 1), IMAGE], 3), torch.zeros(2, 4, 1, 12)], 2),
    ),
    "zero padding that crops": (
        layer("nn.SpatialZeroPadding", pad_l=-1, pad_r=-2, pad_t=0, pad_b=-1),
        IMAGE,
        IMAGE[:, :, :8, 1:9],
    ),
    "shave": (layer("nn.ShaveImage", size=2), IMAGE, IMAGE[:, :, 2:7, 2:9]),
    "instance normalization": (
        layer("nn.InstanceNormalization", nOutput=4, eps=1e-5, weight=numbers(4), bias=numbers(4, seed=1)),
        IMAGE,
        (IMAGE - IMAGE.mean((2, 3), keepdim=True))
        / (IMAGE.var((2, 3), keepdim=True, correction=0) + 1e-5).sqrt()
        * numbers(4)[:, None, None]
        + numbers(4, seed=1)[:, None, None],
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
        IMAGE,
        F.conv2d(
            IMAGE,
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
        IMAGE,
        torch.cat(
            [
                F.conv2d(IMAGE[:, 2:3], numbers(3, 3, 3)[1:2, None], stride=(1, 2)),
                F.conv2d(IMAGE[:, 0::3], numbers(3, 3, 3)[[0, 2]][None], stride=(1, 2)),
            ],
            1,
        )
        + numbers(2)[:, None, None],
    ),
    "weights of each position": (
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
        IMAGE,
        torch.stack(
            [
                torch.stack(
                    [
                        torch.einsum(
                            "ncij,ocij->no", IMAGE[:, :, y : y + 3, x : x + 2], numbers(7, 10, 2, 4, 3, 2)[y, x]
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
        IMAGE,
        IMAGE.reshape(2, 4, 11, 9)[:, :, :-1] + IMAGE.reshape(2, 4, 11, 9)[:, :, 1:],
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
        [IMAGE, numbers(1, 1, 18, 21)],
        F.conv_transpose2d(IMAGE, numbers(4, 3, 3, 3), stride=2, padding=1, output_padding=(1, 0)),
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
        IMAGE,
        F.interpolate(IMAGE, scale_factor=2, mode="bilinear", align_corners=True),
    ),
    "upsampling, volumes": (
        layer("nn.UpSampling", scale_factor=2, mode="nearest"),
        numbers(1, 2, 2, 3, 4),
        numbers(1, 2, 2, 3, 4).repeat_interleave(2, 2).repeat_interleave(2, 3).repeat_interleave(2, 4),
    ),
}

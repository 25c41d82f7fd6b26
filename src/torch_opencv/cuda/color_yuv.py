"""Conversions between RGB images and YCrCb and YUV, that of cameras too (``color`` selects them)."""

from __future__ import annotations

import torch
from torch import Tensor

from torch_opencv.cuda._calls import refuse
from torch_opencv.cuda.color_rgb import (
    DEPTHS,
    Converter,
    alpha_of,
    image_of,
    of_depths,
    one_channel,
    planes_of,
    three_or_four,
)
from torch_opencv.cuda.kernels import color, yuv

LAYOUTS_420 = {"NV12": "NV12", "NV21": "NV21", "I420": "I420", "IYUV": "I420", "YV12": "YV12", "420": "I420"}
LAYOUTS_422 = {
    **dict.fromkeys(("UYVY", "Y422", "UYNV"), "UYVY"),
    **dict.fromkeys(("YUY2", "YUYV", "YUNV"), "YUY2"),
    "YVYU": "YVYU",
}
"""Layouts, by their names in OpenCV's codes."""


def to_differences(source: str, space: str) -> Converter:
    """YCrCb or YUV, three channels at full size, of RGB."""

    def convert(image: Tensor, dcn: int) -> Tensor:
        planes = planes_of(of_depths(three_or_four(image), *DEPTHS), source)
        return image_of(color.to_differences(planes, space, image.dtype), image.dtype)

    return convert


def from_differences(space: str, result: str) -> Converter:
    """RGB of YCrCb or YUV, three channels at full size."""

    def convert(image: Tensor, dcn: int) -> Tensor:
        planes = planes_of(of_depths(three_or_four(image), *DEPTHS))
        return image_of(color.from_differences(planes, space, image.dtype), image.dtype, result, alpha_of(dcn))

    return convert


def from_420(layout: str, result: str) -> Converter:
    """RGB, or grey, of YUV 4:2:0: NV12, NV21, I420 or YV12."""

    def convert(image: Tensor, dcn: int) -> Tensor:
        of_depths(one_channel(image), torch.uint8)
        if image.shape[1] % 3 or image.shape[2] % 2:
            raise refuse(
                "src", f"is {image.shape[2]} x {image.shape[1]}: pass an even width, and 3/2 of an even height"
            )
        if result == "GRAY":
            return image[:, : image.shape[1] * 2 // 3].contiguous()
        planes = yuv.decoded(*yuv.split_420(image, layout))
        return image_of(planes, image.dtype, result, alpha_of(dcn, len(result)))

    return convert


def to_420(source: str, layout: str) -> Converter:
    """YUV 4:2:0, I420 or YV12, of RGB."""

    def convert(image: Tensor, dcn: int) -> Tensor:
        of_depths(three_or_four(image), torch.uint8)
        if image.shape[1] % 2 or image.shape[2] % 2:
            raise refuse("src", f"is {image.shape[2]} x {image.shape[1]}: pass an even width and height")
        return yuv.joined_420(yuv.encoded(planes_of(image, source)), layout)

    return convert


def from_422(layout: str, result: str) -> Converter:
    """RGB, or grey, of YUV 4:2:2: UYVY, YUY2 or YVYU."""

    def convert(image: Tensor, dcn: int) -> Tensor:
        of_depths(image, torch.uint8)
        if image.shape[-1] != 2 or image.shape[2] % 2:
            raise refuse("src", f"is {image.shape[2]} wide, of {image.shape[-1]} channels: pass an even width and 2")
        if result == "GRAY":
            return image[..., int(layout == "UYVY"), None].contiguous()
        planes = yuv.decoded(*yuv.split_422(image, layout))
        return image_of(planes, image.dtype, result, alpha_of(dcn, len(result)))

    return convert

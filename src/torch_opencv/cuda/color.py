"""OpenCV's module ``cudaimgproc``: colour. It follows the CPU function ``cv.cvtColor``.

Beside the codes of cv2.cuda it has those of YUV 4:2:0 and 4:2:2, which cameras and decoders give, and the premultiplied
ones. The conversions themselves are in ``color_rgb``, ``color_spaces`` and ``color_yuv``.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import cv2
from torch import Tensor

from torch_opencv.cuda import color_rgb, color_spaces, color_yuv
from torch_opencv.cuda._calls import Image, Out, native, refuse
from torch_opencv.cuda._images import batched, like
from torch_opencv.cuda.color_rgb import Converter
from torch_opencv.cuda.streams import Stream


def _converter(source: str, result: str) -> Converter | None:
    """What converts one space to another, by their names in OpenCV's codes; None for what is not here."""
    bayer_pattern = re.fullmatch(r"Bayer(BG|GB|RG|GR)", source)
    if bayer_pattern and (result in color_rgb.ORDERS or result == "GRAY"):
        return color_rgb.from_bayer(bayer_pattern[1], result)
    if source == "YUV" and (match := re.fullmatch(r"(BGRA?|RGBA?|GRAY)_(\w+)", result)):
        if match[2] in color_yuv.LAYOUTS_420:
            return color_yuv.from_420(color_yuv.LAYOUTS_420[match[2]], match[1])
        return (
            color_yuv.from_422(color_yuv.LAYOUTS_422[match[2]], match[1]) if match[2] in color_yuv.LAYOUTS_422 else None
        )
    if source in color_rgb.ORDERS and (match := re.fullmatch(r"YUV_(I420|IYUV|YV12)", result)):
        return color_yuv.to_420(source, color_yuv.LAYOUTS_420[match[1]])
    if source in color_rgb.ORDERS and result in color_rgb.ORDERS:
        return color_rgb.reordered(source, result)
    if source == "GRAY":
        return color_rgb.from_gray(result) if result in color_rgb.ORDERS else _packed(source, result)
    if source in color_rgb.ORDERS and result == "GRAY":
        return color_rgb.to_gray(source)
    if "mRGBA" in (source, result):
        return color_rgb.premultiply(back=source == "mRGBA") if {source, result} == {"mRGBA", "RGBA"} else None
    for names, to, back in _SPACES:
        if result in names and source.removeprefix("L") in color_rgb.ORDERS:
            return to(source, result)
        if source in names and re.fullmatch(r"L?(BGR|RGB)", result.removesuffix("_FULL")):
            space = f"{source}_FULL" if result.endswith("_FULL") else source
            return back(space, result.removesuffix("_FULL"))
    return _packed(source, result)


def _packed(source: str, result: str) -> Converter | None:
    bits = {"BGR565": 6, "BGR555": 5}
    if result in bits:
        return color_rgb.to_packed(source, bits[result])
    return color_rgb.from_packed(bits[source], result) if source in bits else None


_SPACES: tuple[tuple[tuple[str, ...], Callable[[str, str], Converter], Callable[[str, str], Converter]], ...] = (
    (("YCrCb", "YUV"), color_yuv.to_differences, color_yuv.from_differences),
    (("XYZ",), color_spaces.to_xyz, color_spaces.from_xyz),
    (tuple(color_spaces.HUES), color_spaces.to_hue, color_spaces.from_hue),
    (("Lab",), color_spaces.to_lab, color_spaces.from_lab),
    (("Luv",), color_spaces.to_luv, color_spaces.from_luv),
)


def _codes() -> dict[int, Converter]:
    found: dict[int, Converter] = {}
    for name in dir(cv2):
        if match := re.fullmatch(r"COLOR_(\w+?)2(\w+)", name):
            converter = _converter(match[1], match[2])
            if converter is not None and not match[2].endswith(("_VNG", "_EA")):
                found.setdefault(getattr(cv2, name), converter)
    return found


CODES = _codes()
"""What converts, for each of OpenCV's codes."""


@native("cudaimgproc")
def cvtColor(src: Image, code: int, dst: Out = None, dcn: int = 0, stream: Stream | None = None) -> Tensor:  # noqa: N802
    """An image in another colour space.

    Args:
        src: an image or batch of uint8, uint16 or float32 (0 to 1), as the code asks; of YUV 4:2:0 uint8 of 3/2 of the
            height and one channel, of YUV 4:2:2 uint8 of two channels.
        code: one of OpenCV's codes, such as ``cv.COLOR_BGR2GRAY``. Those of Bayer patterns by VNG and by edges are
            not here.
        dst: where to write the result.
        dcn: how many channels the result is to have, 3 or 4, where the code leaves that open; 0: as usual.
        stream: the stream to work on.

    Returns:
        An image of the same size and dtype. Bytes are what ``cv.cvtColor`` gives, to the level, but for HLS and
        from HSV, within one. Float Lab is CIE's; OpenCV's CPU function interpolates in a coarse table.
    """
    if code not in CODES:
        raise refuse(
            "code", f"is {code}, a conversion that is not native: pass another, or call cv.cvtColor on the CPU"
        )
    return like(src, CODES[code](batched(src), dcn))


_MOSAICS = (
    range(cv2.COLOR_BayerBG2BGR, cv2.COLOR_BayerGR2BGR + 1),
    range(cv2.COLOR_BayerBG2GRAY, cv2.COLOR_BayerGR2GRAY + 1),
)


@native("cudaimgproc")
def demosaicing(src: Image, code: int, dst: Out = None, dcn: int = -1, stream: Stream | None = None) -> Tensor:
    """A Bayer pattern made colours or grey, by bilinear interpolation.

    Args:
        src: uint8 or uint16, (H, W) or (N, H, W, 1), sides at least 3.
        code: one of ``cv.COLOR_BayerBG2BGR`` to ``COLOR_BayerGR2GRAY``. (Those of Malvar, He and Cutler are not here.)
        dst: where to write the result.
        dcn: how many channels the result is to have, 3 or 4; -1: as usual.
        stream: the stream to work on.

    Returns:
        What ``cv.demosaicing`` gives: (H, W, 3), or (H, W) for grey.
    """
    if not any(code in codes for codes in _MOSAICS):
        raise refuse("code", f"is {code}: pass one of cv.COLOR_BayerBG2BGR to COLOR_BayerGR2GRAY")
    return like(src, CODES[code](batched(src), max(dcn, 0)))

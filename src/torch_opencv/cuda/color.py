"""OpenCV's module ``cudaimgproc``: colour. It follows the CPU function ``cv.cvtColor``.

Beside the codes of cv2.cuda it has those of YUV 4:2:0 and 4:2:2, which cameras and decoders give, and the premultiplied
ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda._calls import Image, Out, native, refuse
from torch_opencv.cuda._images import batched, like, movable
from torch_opencv.cuda._numbers import is_integer, saturate
from torch_opencv.cuda.kernels import bayer, color, hue, lab, luv, yuv
from torch_opencv.cuda.kernels.color import Planes
from torch_opencv.cuda.streams import Stream

_RGB = ("BGR", "RGB", "BGRA", "RGBA")
_HUES = {"HSV": (180, 360), "HLS": (180, 360), "HSV_FULL": (256, 360), "HLS_FULL": (256, 360)}
"""What a whole circle is for bytes and for floats."""

Converter = Callable[[Tensor, int], Tensor]
"""Takes (N, H, W, C) and how many channels the result is to have (0: as usual)."""


def _planes(image: Tensor, order: str = "RGB") -> Planes:
    """Three planes of what colours are computed in; of BGR the last comes first."""
    a, b, c = (color.wide(image)[..., i] for i in range(3))
    return (c, b, a) if order.startswith("BGR") else (a, b, c)


def _image(planes: Any, dtype: torch.dtype, order: str = "RGB", alpha: Tensor | int = 0) -> Tensor:
    """Planes as an image: in an order, with alpha if that is given (an int other than 0: an opaque one)."""
    found = [saturate(x, dtype) for x in planes]
    if order.startswith("BGR"):
        found.reverse()
    if isinstance(alpha, Tensor):
        found.append(saturate(alpha, dtype))
    elif alpha:
        found.append(torch.full_like(found[0].float(), color.most(dtype)).to(dtype))
    return torch.stack([movable(x) for x in found], -1).view(dtype)


def _opaque(like_: Tensor) -> Tensor:
    """Full alpha in the shape and dtype of a plane, as :func:`movable` gives it."""
    return movable(torch.full_like(like_.float(), color.most(like_.dtype)).to(like_.dtype))


def _three_or_four(image: Tensor) -> Tensor:
    if image.shape[-1] not in (3, 4):
        raise refuse("src", f"has {image.shape[-1]} channels: pass 3 or 4 for this code")
    return image


def _of_depths(image: Tensor, *dtypes: torch.dtype) -> Tensor:
    if image.dtype not in dtypes:
        names = ", ".join(str(d).removeprefix("torch.") for d in dtypes)
        raise refuse("src", f"is {image.dtype}: pass one of {names} for this code")
    return image


_ANY = (torch.uint8, torch.uint16, torch.float32)
_BYTES_OR_FLOATS = (torch.uint8, torch.float32)


def _with_alpha(dcn: int, usual: int = 3) -> int:
    """Whether a result has four channels."""
    count = dcn or usual
    if count not in (3, 4):
        raise refuse("dcn", f"is {dcn}: pass 3 or 4, or 0")
    return int(count == 4)


def _reordered(source: str, result: str) -> Converter:
    def convert(image: Tensor, dcn: int) -> Tensor:
        if image.shape[-1] != len(source):
            raise refuse("src", f"has {image.shape[-1]} channels: pass {len(source)} for this code")
        pixels = movable(image)
        found = [pixels[..., source.index(c)] for c in result if c in source]
        if len(found) < len(result):
            found.append(
                torch.full_like(image[..., 0].float(), color.most(image.dtype)).to(image.dtype).view(pixels.dtype)
            )
        return torch.stack(found, -1).view(image.dtype)

    return convert


def _to_gray(source: str) -> Converter:
    def convert(image: Tensor, dcn: int) -> Tensor:
        planes = _planes(_of_depths(_three_or_four(image), *_ANY), source)
        return saturate(color.gray(planes), image.dtype)[..., None]

    return convert


def _from_gray(result: str) -> Converter:
    def convert(image: Tensor, dcn: int) -> Tensor:
        _one_channel(image)
        with_alpha = _with_alpha(dcn, len(result))
        pixels = movable(image).expand(*image.shape[:3], 3)
        if with_alpha:
            pixels = torch.cat([pixels, _opaque(image)], -1)
        return pixels.contiguous().view(image.dtype)

    return convert


def _one_channel(image: Tensor) -> Tensor:
    if image.shape[-1] != 1:
        raise refuse("src", f"has {image.shape[-1]} channels: pass one for this code")
    return image


def _to_differences(source: str, space: str) -> Converter:
    def convert(image: Tensor, dcn: int) -> Tensor:
        planes = _planes(_of_depths(_three_or_four(image), *_ANY), source)
        return _image(color.to_differences(planes, space, image.dtype), image.dtype)

    return convert


def _from_differences(space: str, result: str) -> Converter:
    def convert(image: Tensor, dcn: int) -> Tensor:
        planes = _planes(_of_depths(_three_or_four(image), *_ANY))
        return _image(color.from_differences(planes, space, image.dtype), image.dtype, result, _with_alpha(dcn))

    return convert


def _to_xyz(source: str, space: str) -> Converter:
    def convert(image: Tensor, dcn: int) -> Tensor:
        return _image(color.xyz(_planes(_of_depths(_three_or_four(image), *_ANY), source), back=False), image.dtype)

    return convert


def _from_xyz(space: str, result: str) -> Converter:
    def convert(image: Tensor, dcn: int) -> Tensor:
        planes = color.xyz(_planes(_of_depths(_three_or_four(image), *_ANY)), back=True)
        return _image(planes, image.dtype, result, _with_alpha(dcn))

    return convert


def _to_hue(source: str, space: str) -> Converter:
    def convert(image: Tensor, dcn: int) -> Tensor:
        planes = _planes(_of_depths(_three_or_four(image), *_BYTES_OR_FLOATS), source)
        for_bytes, for_floats = _HUES[space]
        if image.dtype == torch.float32:
            return _image((hue.to_hsv if space.startswith("HSV") else hue.to_hls)(planes, for_floats), image.dtype)
        if space.startswith("HSV"):
            return _image(hue.to_hsv_of_bytes(planes, for_bytes), image.dtype)
        found = hue.to_hls(hue.of_bytes(planes, (1 / 255, 1 / 255, 1 / 255)), for_bytes)
        return _image(hue.as_bytes(found, (1, 255, 255)), image.dtype)

    return convert


def _from_hue(space: str, result: str) -> Converter:
    def convert(image: Tensor, dcn: int) -> Tensor:
        planes = _planes(_of_depths(_three_or_four(image), *_BYTES_OR_FLOATS))
        way, (for_bytes, for_floats) = (hue.from_hsv if space.startswith("HSV") else hue.from_hls), _HUES[space]
        if image.dtype == torch.float32:
            return _image(way(planes, for_floats), image.dtype, result, _with_alpha(dcn))
        # A whole circle is 256 one way, and 255 the other.
        found = way(hue.of_bytes(planes, (1, 1 / 255, 1 / 255)), min(for_bytes, 255))
        # OpenCV's vector code cuts the fractions of HSV off, and rounds those of HLS; what is beside it rounds all.
        rounded = [(x * 255).floor() if space.startswith("HSV") else x * 255 for x in found]
        return _image(rounded, image.dtype, result, _with_alpha(dcn))

    return convert


def _to_lab(source: str, space: str) -> Converter:
    linear, order = source.startswith("L"), source.removeprefix("L")

    def convert(image: Tensor, dcn: int) -> Tensor:
        planes = _planes(_of_depths(_three_or_four(image), *_BYTES_OR_FLOATS), order)
        return _image((lab.to_lab_of_bytes if is_integer(image.dtype) else lab.to_lab)(planes, linear), image.dtype)

    return convert


def _from_lab(space: str, result: str) -> Converter:
    linear, order = result.startswith("L"), result.removeprefix("L")

    def convert(image: Tensor, dcn: int) -> Tensor:
        planes = _planes(_of_depths(_three_or_four(image), *_BYTES_OR_FLOATS))
        way = lab.from_lab_of_bytes if is_integer(image.dtype) else lab.from_lab
        return _image(way(planes, linear), image.dtype, order, _with_alpha(dcn))

    return convert


def _to_luv(source: str, space: str) -> Converter:
    linear, order = source.startswith("L"), source.removeprefix("L")

    def convert(image: Tensor, dcn: int) -> Tensor:
        planes = _planes(_of_depths(_three_or_four(image), *_BYTES_OR_FLOATS), order)
        if image.dtype == torch.float32:
            return _image(luv.to_luv(planes, linear), image.dtype)
        if linear:
            floats = luv.to_luv(hue.of_bytes(planes, (1 / 255, 1 / 255, 1 / 255)), True)
            return _image(_luv_bytes(floats), image.dtype)
        return _image(luv.to_luv_of_bytes(planes), image.dtype)

    return convert


def _luv_bytes(planes: Planes) -> Planes:
    lightness, u, v = planes
    return (
        lightness * 2.55,
        (u - lab.U_LOW) * (255 / lab.U_RANGE),
        (v - lab.V_LOW) * (255 / lab.V_RANGE),
    )


def _from_luv(space: str, result: str) -> Converter:
    linear, order = result.startswith("L"), result.removeprefix("L")

    def convert(image: Tensor, dcn: int) -> Tensor:
        planes = _planes(_of_depths(_three_or_four(image), *_BYTES_OR_FLOATS))
        way = luv.from_luv_of_bytes if is_integer(image.dtype) else luv.from_luv
        return _image(way(planes, linear), image.dtype, order, _with_alpha(dcn))

    return convert


def _to_packed(source: str, green_bits: int) -> Converter:
    def convert(image: Tensor, dcn: int) -> Tensor:
        _of_depths(image, torch.uint8)
        if source == "GRAY":
            x = color.wide(_one_channel(image))[..., 0]
            return color.to_packed((x, x if green_bits == 6 else x & ~7, x), None, green_bits)
        alpha = image[..., 3] if len(source) == 4 and image.shape[-1] == 4 else None
        return color.to_packed(_planes(_three_or_four(image), source), alpha, green_bits)

    return convert


def _from_packed(green_bits: int, result: str) -> Converter:
    def convert(image: Tensor, dcn: int) -> Tensor:
        if image.shape[-1] != 2:
            raise refuse("src", f"has {image.shape[-1]} channels: pass 2 for this code")
        _of_depths(image, torch.uint8)
        if result == "GRAY":
            return saturate(color.gray_of_packed(image, green_bits), image.dtype)[..., None]
        planes, alpha = color.from_packed(image, green_bits)
        return _image(planes, image.dtype, result, alpha if _with_alpha(dcn, len(result)) else 0)

    return convert


def _premultiply(back: bool) -> Converter:
    def convert(image: Tensor, dcn: int) -> Tensor:
        if image.shape[-1] != 4:
            raise refuse("src", f"has {image.shape[-1]} channels: pass 4 for this code")
        pixels = color.wide(_of_depths(image, torch.uint8))
        way = color.unmultiplied if back else color.premultiplied
        return _image([way(pixels[..., i], pixels[..., 3]) for i in range(3)], image.dtype, alpha=pixels[..., 3])

    return convert


# --- YUV of cameras ---------------------------------------------------------------------------------------------------


def _from_420(layout: str, result: str) -> Converter:
    def convert(image: Tensor, dcn: int) -> Tensor:
        _of_depths(_one_channel(image), torch.uint8)
        if image.shape[1] % 3 or image.shape[2] % 2:
            raise refuse(
                "src", f"is {image.shape[2]} x {image.shape[1]}: pass an even width, and 3/2 of an even height"
            )
        if result == "GRAY":
            return image[:, : image.shape[1] * 2 // 3].contiguous()
        planes = yuv.decoded(*yuv.split_420(image, layout))
        return _image(planes, image.dtype, result, _with_alpha(dcn, len(result)))

    return convert


def _to_420(source: str, layout: str) -> Converter:
    def convert(image: Tensor, dcn: int) -> Tensor:
        _of_depths(_three_or_four(image), torch.uint8)
        if image.shape[1] % 2 or image.shape[2] % 2:
            raise refuse("src", f"is {image.shape[2]} x {image.shape[1]}: pass an even width and height")
        return yuv.joined_420(yuv.encoded(_planes(image, source)), layout)

    return convert


def _from_422(layout: str, result: str) -> Converter:
    def convert(image: Tensor, dcn: int) -> Tensor:
        _of_depths(image, torch.uint8)
        if image.shape[-1] != 2 or image.shape[2] % 2:
            raise refuse("src", f"is {image.shape[2]} wide, of {image.shape[-1]} channels: pass an even width and 2")
        if result == "GRAY":
            return image[..., int(layout == "UYVY"), None].contiguous()
        planes = yuv.decoded(*yuv.split_422(image, layout))
        return _image(planes, image.dtype, result, _with_alpha(dcn, len(result)))

    return convert


def _mosaic(pattern: str, result: str) -> Converter:
    def convert(image: Tensor, dcn: int) -> Tensor:
        _of_depths(_one_channel(image), torch.uint8, torch.uint16)
        if min(image.shape[1:3]) < 3:
            raise refuse("src", f"is {image.shape[2]} x {image.shape[1]}: pass one of 3 x 3 or more")
        pixels = image[..., 0].to(torch.int32)
        if result == "GRAY":
            return saturate(bayer.gray(pixels, pattern), image.dtype)[..., None]
        return _image(bayer.colours(pixels, pattern), image.dtype, result, _with_alpha(dcn, len(result)))

    return convert


# --- the codes --------------------------------------------------------------------------------------------------------

_LAYOUTS = {"NV12": "NV12", "NV21": "NV21", "I420": "I420", "IYUV": "I420", "YV12": "YV12", "420": "I420"}
_PACKED_LAYOUTS = {
    **dict.fromkeys(("UYVY", "Y422", "UYNV"), "UYVY"),
    **dict.fromkeys(("YUY2", "YUYV", "YUNV"), "YUY2"),
    "YVYU": "YVYU",
}


def _converter(source: str, result: str) -> Converter | None:
    """What converts one space to another, by their names in OpenCV's codes; None for what is not here."""
    bayer_pattern = re.fullmatch(r"Bayer(BG|GB|RG|GR)", source)
    if bayer_pattern and (result in _RGB or result == "GRAY"):
        return _mosaic(bayer_pattern[1], result)
    if source == "YUV" and (match := re.fullmatch(r"(BGRA?|RGBA?|GRAY)_(\w+)", result)):
        if match[2] in _LAYOUTS:
            return _from_420(_LAYOUTS[match[2]], match[1])
        return _from_422(_PACKED_LAYOUTS[match[2]], match[1]) if match[2] in _PACKED_LAYOUTS else None
    if source in _RGB and (match := re.fullmatch(r"YUV_(I420|IYUV|YV12)", result)):
        return _to_420(source, _LAYOUTS[match[1]])
    if source in _RGB and result in _RGB:
        return _reordered(source, result)
    if source == "GRAY":
        return _from_gray(result) if result in _RGB else _packed(source, result)
    if source in _RGB and result == "GRAY":
        return _to_gray(source)
    if "mRGBA" in (source, result):
        return _premultiply(back=source == "mRGBA") if {source, result} == {"mRGBA", "RGBA"} else None
    for names, to, back in _SPACES:
        if result in names and source.removeprefix("L") in _RGB:
            return to(source, result)
        if source in names and re.fullmatch(r"L?(BGR|RGB)", result.removesuffix("_FULL")):
            space = f"{source}_FULL" if result.endswith("_FULL") else source
            return back(space, result.removesuffix("_FULL"))
    return _packed(source, result)


def _packed(source: str, result: str) -> Converter | None:
    bits = {"BGR565": 6, "BGR555": 5}
    if result in bits:
        return _to_packed(source, bits[result])
    return _from_packed(bits[source], result) if source in bits else None


_SPACES: tuple[tuple[tuple[str, ...], Callable[[str, str], Converter], Callable[[str, str], Converter]], ...] = (
    (("YCrCb", "YUV"), _to_differences, _from_differences),
    (("XYZ",), _to_xyz, _from_xyz),
    (tuple(_HUES), _to_hue, _from_hue),
    (("Lab",), _to_lab, _from_lab),
    (("Luv",), _to_luv, _from_luv),
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

"""OpenCV's module ``cudaimgproc``: connected components and mean shift. They follow the CPU functions."""

from __future__ import annotations

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda._calls import Image, Out, native, refuse
from torch_opencv.cuda._images import batched, channels, like
from torch_opencv.cuda.kernels import components, mean_shift
from torch_opencv.cuda.streams import Stream

Criteria = tuple[int, int, float]
"""OpenCV's TermCriteria: kind, number of steps, epsilon."""

_CRITERIA: Criteria = (cv2.TERM_CRITERIA_MAX_ITER + cv2.TERM_CRITERIA_EPS, 5, 1.0)


@native("cudaimgproc")
def connectedComponents(  # noqa: N802
    image: Image,
    labels: Out = None,
    connectivity: int = 8,
    ltype: int = cv2.CV_32S,
) -> Tensor:
    """The connected components of what is not 0, numbered from 1 in the order of their first pixels, row by row.

    The host asks the device in each of the few rounds whether all labels have spread.

    Args:
        image: uint8 or int8, (H, W), or a batch (N, H, W, 1), each of which is labelled on its own.
        labels: where to write the result.
        connectivity: 4 or 8 neighbours. (OpenCV's CUDA function has only 8.)
        ltype: ``cv.CV_32S`` or ``cv.CV_16U``.

    Returns:
        int32 or uint16, of the shape of ``image``: 0 where that is 0, else a component's number.
    """
    return _labelled(image, connectivity, ltype)


@native("cudaimgproc")
def connectedComponentsWithAlgorithm(  # noqa: N802
    image: Image,
    connectivity: int,
    ltype: int,
    ccltype: int,
    labels: Out = None,
) -> Tensor:
    """:func:`connectedComponents` by an algorithm of one's choice: all give the same here.

    Args:
        image: uint8 or int8, (H, W), or a batch (N, H, W, 1), each of which is labelled on its own.
        connectivity: 4 or 8 neighbours.
        ltype: ``cv.CV_32S`` or ``cv.CV_16U``.
        ccltype: ``cv.CCL_DEFAULT`` or another of those names.
        labels: where to write the result.

    Returns:
        int32 or uint16, of the shape of ``image``.
    """
    return _labelled(image, connectivity, ltype)


def _labelled(image: Tensor, connectivity: int, ltype: int) -> Tensor:
    if image.dtype not in (torch.uint8, torch.int8) or channels(image) != 1:
        raise refuse("image", f"is {image.dtype} of {channels(image)} channels: pass uint8 or int8 of one")
    if connectivity not in (4, 8):
        raise refuse("connectivity", f"is {connectivity}: pass 4 or 8")
    if ltype not in (cv2.CV_32S, cv2.CV_16U):
        raise refuse("ltype", f"is {ltype}: pass cv.CV_32S or cv.CV_16U")
    on = batched(image)[..., 0] != 0
    roots = components.of_image(on, connectivity).reshape(len(on), -1)
    first = torch.arange(on.numel(), device=on.device).reshape(roots.shape)
    numbers = ((roots == first) & on.reshape(roots.shape)).cumsum(1)
    offsets = first[:, :1]
    found = torch.where(on.reshape(roots.shape), numbers.gather(1, roots - offsets), 0)
    dtype = torch.int32 if ltype == cv2.CV_32S else torch.uint16
    return like(image, found.reshape(on.shape).to(dtype)[..., None])


def _shifted(src: Tensor, sp: int, sr: float, criteria: Criteria) -> tuple[Tensor, Tensor]:
    """Colours (N, H, W, C) and places (N, H, W, 2); a fourth channel stays as it is."""
    if src.dtype != torch.uint8 or channels(src) not in (3, 4):
        raise refuse("src", f"is {src.dtype} of {channels(src)} channels: pass uint8 of 3 or 4")
    if sp < 1 or sr < 0:
        raise refuse("sp", f"and sr are {sp} and {sr}: pass radii of 1 or more, and 0 or more")
    kind, most, epsilon = criteria
    most = min(max(most, 1), 100) if kind & cv2.TERM_CRITERIA_MAX_ITER else 5
    epsilon = max(epsilon, 0) if kind & cv2.TERM_CRITERIA_EPS else 1
    image = batched(src)
    colors, places = mean_shift.shifted(image[..., :3], int(sp), sr, most, epsilon)
    return torch.cat([colors, image[..., 3:]], -1), places


@native("cudaimgproc")
def meanShiftFiltering(  # noqa: N802
    src: Image,
    sp: int,
    sr: int,
    dst: Out = None,
    criteria: Criteria = _CRITERIA,
    stream: Stream | None = None,
) -> Tensor:
    """The colours that mean shift leads to, as ``cv.pyrMeanShiftFiltering`` without a pyramid.

    Args:
        src: uint8, (H, W, 4) or (H, W, 3), or a batch; the fourth channel stays as it is.
        sp: how far, in pixels along x and y, the pixels are that count.
        sr: how far their colours are at most.
        dst: where to write the result.
        criteria: kind, number of steps and epsilon, as OpenCV's TermCriteria.
        stream: the stream to work on.

    Returns:
        uint8, of the shape of ``src``.
    """
    return like(src, _shifted(src, sp, sr, criteria)[0])


@native("cudaimgproc")
def meanShiftProc(  # noqa: N802
    src: Image,
    sp: int,
    sr: int,
    dstr: Out = None,
    dstsp: Out = None,
    criteria: Criteria = _CRITERIA,
    stream: Stream | None = None,
) -> tuple[Tensor, Tensor]:
    """The colours that mean shift leads to, and the places. Arguments as :func:`meanShiftFiltering`'s.

    Returns:
        uint8, of the shape of ``src``, and int16 (H, W, 2): x and y.
    """
    colors, places = _shifted(src, sp, sr, criteria)
    return like(src, colors), like(src, places)


@native("cudaimgproc")
def meanShiftSegmentation(  # noqa: N802
    src: Image,
    sp: int,
    sr: int,
    minsize: int,
    dst: Out = None,
    criteria: Criteria = _CRITERIA,
    stream: Stream | None = None,
) -> Tensor:
    """Segments of what mean shift leads to nearly the same colour and place, each in its mean colour.

    Segments smaller than ``minsize`` are joined with the nearest ones; that is done on the host, as in OpenCV.

    Args:
        src: uint8, (H, W, 4) or (H, W, 3).
        sp: how far, in pixels along x and y, the pixels are that count.
        sr: how far their colours are at most.
        minsize: how many pixels a segment must have.
        dst: where to write the result.
        criteria: kind, number of steps and epsilon, as OpenCV's TermCriteria.
        stream: the stream to work on.

    Returns:
        uint8, of the shape of ``src``; a fourth channel is 255.
    """
    if batched(src).shape[0] != 1:
        raise refuse("src", "is a batch: pass one image")
    colors, places = _shifted(src, sp, sr, criteria)
    h, w = colors.shape[1:3]
    number = torch.arange(h * w, device=src.device).reshape(h, w)
    first = torch.cat([number[:, :-1].flatten(), number[:-1].flatten(), number[:-1, :-1].flatten()])
    first = torch.cat([first, number[:-1, 1:].flatten()])
    second = torch.cat([number[:, 1:].flatten(), number[1:].flatten(), number[1:, 1:].flatten()])
    second = torch.cat([second, number[1:, :-1].flatten()])
    by_color, by_place = (
        ((x[first] - x[second]) ** 2).sum(1)
        for x in (colors[0, ..., :3].reshape(-1, 3).long(), places[0].reshape(-1, 2).long())
    )
    joined = (by_color < sr) & (by_place < sp)
    segment = components.along_edges(h * w, first[joined], second[joined])
    segment = _without_small(segment, first, second, by_color + by_place, minsize)
    size = torch.bincount(segment, minlength=h * w)
    pixels = src.reshape(h * w, -1)[:, :3].long()
    means = torch.zeros(h * w, 3, dtype=torch.long, device=src.device).index_add_(0, segment, pixels)
    painted = (means // size.clamp(min=1)[:, None])[segment].to(torch.uint8).reshape(1, h, w, 3)
    opaque = torch.full_like(painted[..., :1], 255).expand(-1, -1, -1, channels(src) - 3)
    return like(src, torch.cat([painted, opaque], -1))


def _without_small(segment: Tensor, first: Tensor, second: Tensor, apart: Tensor, minsize: int) -> Tensor:
    """Segments in which those that are too small have become part of the nearest ones, the nearest pair first."""
    sizes = torch.bincount(segment, minlength=len(segment))
    a, b = segment[first], segment[second]
    matters = (a != b) & ((sizes[a] < minsize) | (sizes[b] < minsize))  # large ones never grow smaller
    order = apart[matters].argsort(stable=True)
    pairs = torch.stack([a[matters][order], b[matters][order]], 1)
    parent: dict[int, int] = {}
    size = dict(enumerate(sizes.tolist()))

    def found(x: int) -> int:
        while (above := parent.get(x, x)) != x:
            parent[x] = parent.get(above, above)
            x = above
        return x

    for x, y in pairs.tolist():
        left, right = found(x), found(y)
        if left != right and (size[left] < minsize or size[right] < minsize):
            parent[max(left, right)] = min(left, right)
            size[min(left, right)] = size[left] + size[right]
    renamed = torch.arange(len(segment))
    if parent:
        changed = list(parent)
        renamed[changed] = torch.tensor([found(x) for x in changed])
    return renamed.to(segment.device)[segment]

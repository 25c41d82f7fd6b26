"""OpenCV's module ``cudaimgproc``: template matching. It follows the CPU function."""

from __future__ import annotations

import cv2
import torch
from torch import Tensor

from torch_opencv.cuda import _numbers
from torch_opencv.cuda._calls import Image, Out, method, native, native_class, refuse
from torch_opencv.cuda._images import batched, like
from torch_opencv.cuda.corners import is_type
from torch_opencv.cuda.kernels import matching
from torch_opencv.cuda.streams import Stream


@native_class("cudaimgproc")
class TemplateMatching:
    """Template matching by one method; :func:`createTemplateMatching` makes it."""

    def __init__(self, source_type: int, method_: int) -> None:
        self._type, self._method = source_type, method_

    @method("TemplateMatching.match")
    def match(self, image: Image, templ: Tensor, result: Out = None, stream: Stream | None = None) -> Tensor:
        """How well a template fits at each place, as ``cv.matchTemplate``.

        Args:
            image: an image or batch of the type that this was made for.
            templ: one image of that type, no larger.
            result: where to write the result.
            stream: the stream to work on.

        Returns:
            float32, (H - h + 1, W - w + 1), computed in float64.
        """
        is_type(image, self._type)
        template = templ[..., None] if templ.ndim == 2 else templ
        x = batched(image)
        if template.ndim != 3 or template.dtype != image.dtype or template.shape[2] != x.shape[3]:
            raise refuse("templ", f"is {templ.dtype} {tuple(templ.shape)}: pass one image of the type of 'image'")
        if template.shape[0] > x.shape[1] or template.shape[1] > x.shape[2]:
            raise refuse(
                "templ", f"is {tuple(templ.shape)}, larger than the image {tuple(image.shape)}: pass a smaller one"
            )
        return like(image, matching.matched(x, template, self._method)[..., None])


@native("cudaimgproc")
def createTemplateMatching(  # noqa: N802
    srcType: int,  # noqa: N803
    method: int,
    user_block_size: tuple[int, int] = (0, 0),
) -> TemplateMatching:
    """A :class:`TemplateMatching`.

    Args:
        srcType: the type of images and templates, 8U or 32F.
        method: ``cv.TM_SQDIFF``, ``TM_SQDIFF_NORMED``, ``TM_CCORR``, ``TM_CCORR_NORMED``, ``TM_CCOEFF`` or
            ``TM_CCOEFF_NORMED``.
        user_block_size: OpenCV's; the image is transformed as a whole here.
    """
    if not cv2.TM_SQDIFF <= method <= cv2.TM_CCOEFF_NORMED:
        raise refuse("method", f"is {method}: pass one of cv.TM_SQDIFF to TM_CCOEFF_NORMED")
    if _numbers.dtype_and_channels(srcType)[0] not in (torch.uint8, torch.float32):
        raise refuse("srcType", f"is {_numbers.type_name(srcType)}: pass one of 8U or 32F")
    return TemplateMatching(srcType, method)

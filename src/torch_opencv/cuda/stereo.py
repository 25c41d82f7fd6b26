"""OpenCV's module ``cudastereo``: from disparities to points. It follows the CPU function."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from torch_opencv.cuda._calls import Image, Out, native, refuse
from torch_opencv.cuda._images import batched, channels, like
from torch_opencv.cuda.streams import Stream


@native("cudastereo")
def reprojectImageTo3D(  # noqa: N802
    disp: Image,
    Q: Any,  # noqa: N803
    xyzw: Out = None,
    dst_cn: int = 4,
    stream: Stream | None = None,
) -> Tensor:
    """The points that disparities stand for, as ``cv.reprojectImageTo3D``.

    Args:
        disp: uint8, int16, int32 or float32, (H, W) or (N, H, W, 1).
        Q: the matrix (4, 4) that ``cv.stereoRectify`` gives, on the host.
        xyzw: where to write the result.
        dst_cn: 3 or 4 channels; the fourth is 1.
        stream: the stream to work on.

    Returns:
        float32, (H, W, dst_cn): x, y, z and 1.
    """
    if channels(disp) != 1 or disp.dtype not in (torch.uint8, torch.int16, torch.int32, torch.float32):
        raise refuse(
            "disp", f"is {disp.dtype} of {channels(disp)} channels: pass uint8, int16, int32 or float32 of one"
        )
    matrix = np.asarray(Q.cpu().numpy() if isinstance(Q, Tensor) else Q, dtype=np.float64)
    if matrix.shape != (4, 4):
        raise refuse("Q", f"has the shape {matrix.shape}: pass (4, 4)")
    if dst_cn not in (3, 4):
        raise refuse("dst_cn", f"is {dst_cn}: pass 3 or 4")
    d = batched(disp)[..., 0].double()
    x = torch.arange(d.shape[2], dtype=torch.float64, device=d.device)
    y = torch.arange(d.shape[1], dtype=torch.float64, device=d.device)[:, None]
    a, b, c, w = (x * row[0] + (y * row[1] + row[3]) + d * row[2] for row in matrix.tolist())
    planes = [a / w, b / w, c / w]
    if dst_cn == 4:
        planes.append(torch.ones_like(w))
    return like(disp, torch.stack(planes, -1).float())

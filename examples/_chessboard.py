"""Images of a chessboard as a camera of a known lens sees it: what camera_calibration.py starts from by default.

There is no photograph of a chessboard here, so rays are cast: each pixel's ray, bent back straight by OpenCV's
``undistortPoints``, meets the board's plane somewhere, and has the colour of the board there. Noise is added.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

import torch_opencv as cv

WIDTH, HEIGHT = 640, 480
LENS = torch.tensor([[520.0, 0, 324], [0, 520, 236], [0, 0, 1]], dtype=torch.float64)
DISTORTION = torch.tensor([-0.28, 0.09, 0.001, -0.0008], dtype=torch.float64)  # k1, k2, p1, p2
VIEWS = (  # how the board is turned (a rotation vector, radians), and where its centre is (x, y, z, in squares)
    ((0.0, 0.0, 0.0), (0.0, 0.0, 11.0)),
    ((0.5, 0.0, 0.1), (-2.0, -1.5, 13.0)),
    ((-0.5, 0.1, 0.0), (2.0, 1.5, 13.0)),
    ((0.1, 0.6, -0.1), (-3.0, 1.5, 14.0)),
    ((0.0, -0.6, 0.2), (2.5, -1.0, 14.0)),
    ((0.4, 0.4, 0.4), (1.5, 0.5, 13.0)),
    ((-0.4, 0.5, -0.3), (-2.0, 1.5, 14.0)),
    ((0.3, -0.4, 1.0), (0.5, -0.5, 15.0)),
)
_FINER = 2  # a pixel is the mean of FINER x FINER rays
_SIDE = 32  # a square of the board has SIDE x SIDE texels


def rendered(columns: int, rows: int) -> list[Tensor]:
    """Images, uint8 ``(480, 640, 3)``, of a board of ``columns`` x ``rows`` inner corners, one for each view."""
    black = (torch.arange(columns + 1) + torch.arange(rows + 1)[:, None]) % 2 == 0
    board = torch.where(black, 25, 230).byte().repeat_interleave(_SIDE, 0).repeat_interleave(_SIDE, 1)
    board = pad(board, [_SIDE // 2] * 4, value=230)

    y, x = torch.meshgrid(torch.arange(HEIGHT * _FINER), torch.arange(WIDTH * _FINER), indexing="ij")
    pixels = (torch.stack((x, y), -1).reshape(-1, 1, 2) + 0.5).double() / _FINER - 0.5
    rays = pad(cv.undistortPoints(pixels, LENS, DISTORTION).reshape(-1, 2), (0, 1), value=1.0)
    noise = torch.Generator().manual_seed(0)
    images = []
    for turn, centre in VIEWS:
        rotation, _ = cv.Rodrigues(torch.tensor(turn, dtype=torch.float64))
        board_to_rays = torch.cat((rotation[:, :2], torch.tensor(centre, dtype=torch.float64)[:, None]), 1)
        met = rays @ torch.linalg.inv(board_to_rays).T
        squares = met[:, :2] / met[:, 2:] + torch.tensor([columns + 1, rows + 1]) / 2  # from the board's upper left
        texels = (squares * _SIDE + _SIDE / 2 - 0.5).float().reshape(HEIGHT * _FINER, WIDTH * _FINER, 2)
        seen = cv.remap(board, texels, None, cv.INTER_LINEAR, borderValue=110)
        seen = cv.resize(seen, (WIDTH, HEIGHT), interpolation=cv.INTER_AREA).float()
        seen = (seen + 3 * torch.randn(seen.shape, generator=noise)).clamp(0, 255).byte()
        images.append(cv.cvtColor(seen, cv.COLOR_GRAY2BGR))
    return images

"""Camera calibration: find a camera's focal length, centre and lens distortion from images of a chessboard.

Z. Zhang, "A flexible new technique for camera calibration" (2000). Give at least three images, of one size, of a
board seen from different sides. Without any, a board is rendered as a camera of known lens would see it, so that what
is found can be compared with the truth.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import torch
from _chessboard import DISTORTION, LENS, rendered
from _images import CommandLine, finish, grid, load_image
from torch import Tensor

import torch_opencv as cv


def described(lens: Tensor, distortion: Tensor) -> str:
    (fx, _, cx), (_, fy, cy), _ = lens.tolist()
    k1, k2, p1, p2 = distortion.flatten()[:4].tolist()
    return f"focal length {fx:.1f} {fy:.1f} px, centre {cx:.1f} {cy:.1f} px, k {k1:.4f} {k2:.4f}, p {p1:.4f} {p2:.4f}"


def main(argv: Sequence[str] | None = None) -> int:
    parser = CommandLine(__doc__, "camera_calibration.png")
    parser.add_argument("images", nargs="*", type=load_image, help="files of one chessboard (default: a rendered one)")
    parser.add_argument("--board", type=int, nargs=2, default=(9, 6), metavar=("COLUMNS", "ROWS"), help="inner corners")
    args = parser.parse_args(argv)
    columns, rows = args.board
    if min(columns, rows) < 3:
        parser.error("--board: a board has at least 3 x 3 inner corners, where four squares meet")
    images = args.images or rendered(columns, rows)
    height, width = images[0].shape[:2]
    if any(view.shape != images[0].shape for view in images):
        parser.error("the images differ in size: give images of one camera, all the same way up")

    corners = {}
    precisely = (cv.TERM_CRITERIA_EPS + cv.TERM_CRITERIA_MAX_ITER, 30, 0.01)
    for number, view in enumerate(images, 1):
        gray = cv.cvtColor(view, cv.COLOR_BGR2GRAY)
        found, points = cv.findChessboardCorners(gray, (columns, rows))
        if found:
            corners[number] = cv.cornerSubPix(gray, points, (5, 5), (-1, -1), precisely).reshape(-1, 2)
        else:
            print(f"image {number}: no board of {columns} x {rows} inner corners")
    if len(corners) < 3:
        parser.error(f"{len(corners)} of {len(images)} images show the board, and 3 are needed: is --board right?")

    board = torch.cartesian_prod(torch.arange(rows), torch.arange(columns)).flip(1).float()
    board = torch.nn.functional.pad(board, (0, 1))  # (rows * columns, 3): x, y and 0, in squares
    error, lens, distortion, turns, shifts = cv.calibrateCamera(
        [board] * len(corners), list(corners.values()), (width, height), None, None, flags=cv.CALIB_FIX_K3
    )
    for (number, points), turn, shift in zip(corners.items(), turns, shifts, strict=True):
        projected, _ = cv.projectPoints(board, turn, shift, lens, distortion)
        off = (projected.reshape(-1, 2) - points).norm(dim=1)
        print(f"image {number}: corners off by {off.square().mean().sqrt():.3f} px, at most {off.max():.3f} px")
    print(f"{len(corners)} of {len(images)} images, error {error:.3f} px")
    print("found:", described(lens, distortion))
    if not args.images:
        print("truth:", described(LENS, DISTORTION))

    panels = {}
    for number, points in list(corners.items())[:3]:
        view = images[number - 1]
        panels[f"image {number}"] = cv.drawChessboardCorners(view.clone(), (columns, rows), points, True)
        panels[f"image {number}, undistorted"] = cv.undistort(view, lens, distortion)
    return finish(grid(panels, 2), args)


if __name__ == "__main__":
    sys.exit(main())

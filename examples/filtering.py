"""Filtering: what blurs, sharpening and edge detectors make of the same image, side by side.

Each one's sharpness is printed, as the variance of its Laplacian (Pech-Pacheco et al., 2000). A filter's weights are
a tensor, so that torch can make them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import torch
from _images import IMAGE, CommandLine, finish, grid, load_image

import torch_opencv as cv


def main(argv: Sequence[str] | None = None) -> int:
    parser = CommandLine(__doc__, "filtering.png")
    parser.add_argument("image", nargs="?", type=load_image, default="chelsea", help=IMAGE)
    parser.add_argument("--size", type=int, default=9, help="of the blurs, in pixels, odd (default: %(default)s)")
    args = parser.parse_args(argv)
    size, frame = args.size, args.image
    if size < 1 or size % 2 == 0:
        parser.error(f"--size: {size} is not an odd number above 0")

    gray = cv.cvtColor(frame, cv.COLOR_BGR2GRAY)
    sharpen = torch.full((3, 3), -0.25)
    sharpen[1, 1] = 3  # so that they add up to 1
    diagonal = torch.eye(size) / size  # a camera that moved
    gradient = torch.hypot(cv.Sobel(gray, cv.CV_32F, 1, 0), cv.Sobel(gray, cv.CV_32F, 0, 1))

    panels = {
        "image": frame,
        f"box {size}": cv.blur(frame, (size, size)),
        f"Gaussian {size}": cv.GaussianBlur(frame, (size, size), 0),
        f"median {size}": cv.medianBlur(frame, size),
        f"bilateral {size}": cv.bilateralFilter(frame, size, 60, size),
        "sharpened": cv.filter2D(frame, -1, sharpen),
        f"motion {size}": cv.filter2D(frame, -1, diagonal),
        "gradient (Sobel)": gradient.mul(255 / gradient.max().clamp(min=1)).byte(),
        "edges (Canny)": cv.Canny(gray, 60, 160),
    }
    for name, panel in panels.items():
        gray = cv.cvtColor(panel, cv.COLOR_BGR2GRAY) if panel.ndim == 3 else panel
        print(f"{name:16} sharpness {cv.Laplacian(gray, cv.CV_32F).var():8.1f}")
    return finish(grid(panels, 3), args)


if __name__ == "__main__":
    sys.exit(main())

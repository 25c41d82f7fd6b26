"""Contours: find the things in an image, measure them, and number them.

What is brighter than its surroundings becomes a mask (``adaptiveThreshold``), whose outer borders are followed
(``findContours``; Suzuki and Abe, 1985), and pulled tight (``convexHull``). Each is drawn with the ellipse that fits it
best.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence

import torch
from _images import IMAGE, CommandLine, finish, grid, load_image

import torch_opencv as cv


def main(argv: Sequence[str] | None = None) -> int:
    parser = CommandLine(__doc__, "contours.png")
    parser.add_argument("image", nargs="?", type=load_image, default="coins", help=IMAGE)
    parser.add_argument("--smallest", type=float, default=300, help="area in square pixels (default: %(default)s)")
    parser.add_argument("--dark", action="store_true", help="look for what is darker than its surroundings instead")
    args = parser.parse_args(argv)

    gray = cv.GaussianBlur(cv.cvtColor(args.image, cv.COLOR_BGR2GRAY), (5, 5), 0)
    brighter = cv.THRESH_BINARY_INV if args.dark else cv.THRESH_BINARY
    mask = cv.adaptiveThreshold(gray, 255, cv.ADAPTIVE_THRESH_GAUSSIAN_C, brighter, 91, 10 if args.dark else -10)
    mask = cv.morphologyEx(mask, cv.MORPH_OPEN, cv.getStructuringElement(cv.MORPH_ELLIPSE, (5, 5)))
    found, _ = cv.findContours(mask, cv.RETR_EXTERNAL, cv.CHAIN_APPROX_NONE)
    hulls = sorted(map(cv.convexHull, found), key=cv.contourArea, reverse=True)
    found = [hull for hull in hulls if cv.contourArea(hull) >= args.smallest]
    if not found:
        parser.error(f"there is nothing of {args.smallest:g} square pixels or more: try --dark, or a lower --smallest")

    canvas = args.image.clone()
    cv.drawContours(canvas, found, -1, (0, 220, 0), 1, cv.LINE_AA)
    for number, contour in enumerate(found, 1):
        centre, axes, angle = cv.fitEllipse(contour)
        cv.ellipse(canvas, (centre, axes, angle), (0, 140, 255), 1, cv.LINE_AA)
        x, y = (round(c) for c in centre)
        for colour, thickness in ((0, 0, 0), 4), ((255, 255, 255), 1):
            cv.putText(
                canvas, f"{number}", (x - 8, y + 5), cv.FONT_HERSHEY_SIMPLEX, 0.45, colour, thickness, cv.LINE_AA
            )

    areas = torch.tensor([cv.contourArea(contour) for contour in found])
    perimeters = torch.tensor([cv.arcLength(contour, True) for contour in found])
    diameters, roundness = 2 * (areas / math.pi).sqrt(), 4 * math.pi * areas / perimeters**2
    for number, (diameter, round_) in enumerate(zip(diameters, roundness, strict=True), 1):
        print(f"{number:3}: {diameter:5.1f} px across, roundness {round_:.2f}")
    print(
        f"{len(found)} things, {diameters.mean():.1f} px across on average, "
        f"from {diameters.min():.1f} to {diameters.max():.1f} px"
    )
    return finish(grid({"mask": mask, f"{len(found)} contours and their ellipses": canvas}, 2), args)


if __name__ == "__main__":
    sys.exit(main())

"""Inpainting: fill in what is scratched out of an image, from what is around it.

Telea's fast marching (2004) and Navier-Stokes (Bertalmio, Bertozzi and Sapiro, 2001). Without a mask, the image is
scribbled over, and how close the filling comes to what was there is printed. With one, its bright parts are filled.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import torch
from _images import IMAGE, CommandLine, finish, grid, load_image
from torch import Tensor

import torch_opencv as cv


def scribble(height: int, width: int) -> Tensor:
    """A mask, uint8 ``(height, width)``: 255 where a pen has been."""
    mask = torch.zeros(height, width, dtype=torch.uint8)
    t = torch.linspace(0, 1, 200)
    curl = torch.stack((t + 0.05 * (60 * t).cos(), 0.3 + 0.1 * (60 * t).sin()), 1)
    stroke = torch.stack((t, 0.85 - 0.6 * t), 1)
    for line in (curl, stroke):
        cv.polylines(mask, [(line * torch.tensor([width, height])).int()], False, 255, 3)
    cv.putText(mask, "torch-opencv", (width // 8, height * 3 // 4), cv.FONT_HERSHEY_SIMPLEX, width / 320, 255, 3)
    return mask


def main(argv: Sequence[str] | None = None) -> int:
    parser = CommandLine(__doc__, "inpainting.png")
    parser.add_argument("image", nargs="?", type=load_image, default="astronaut", help=IMAGE)
    parser.add_argument(
        "--mask", type=load_image, help="an image that is bright where to fill in (default: a scribble)"
    )
    parser.add_argument(
        "--radius", type=float, default=4, help="in pixels, of what is looked at (default: %(default)s)"
    )
    args = parser.parse_args(argv)
    frame = args.image
    mask = scribble(*frame.shape[:2]) if args.mask is None else (args.mask.amax(2) > 127).byte() * 255
    if mask.shape != frame.shape[:2]:
        parser.error(
            f"the mask is {tuple(mask.shape)}, and the image {tuple(frame.shape[:2])}: they must be of one size"
        )

    damaged = frame.masked_fill(mask[:, :, None] > 0, 255)
    panels = {"mask": mask, "damaged": damaged}
    methods = {"Telea": cv.INPAINT_TELEA, "Navier-Stokes": cv.INPAINT_NS}
    print(f"{(mask > 0).float().mean():.1%} of the image to fill in")
    for name, method in methods.items():
        filled = cv.inpaint(damaged, mask, args.radius, method)
        if args.mask is None:
            there = mask > 0
            name += (
                f", {cv.PSNR(frame[there], filled[there]):.2f} dB ({cv.PSNR(frame[there], damaged[there]):.2f} before)"
            )
        print(name)
        panels[name] = filled
    return finish(grid(panels, 2), args)


if __name__ == "__main__":
    sys.exit(main())

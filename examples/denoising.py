"""Denoising: non-local means against blurs of the same noise, measured by the peak signal-to-noise ratio.

``fastNlMeansDenoisingColored`` averages over patches that look alike, wherever they are (Buades, Coll and Morel, 2005).
``--sigma 0`` adds no noise and cleans the image as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import torch
from _images import IMAGE, CommandLine, finish, grid, load_image

import torch_opencv as cv


def main(argv: Sequence[str] | None = None) -> int:
    parser = CommandLine(__doc__, "denoising.png")
    parser.add_argument("image", nargs="?", type=load_image, default="coffee", help=IMAGE)
    parser.add_argument("--sigma", type=float, default=25, help="of the noise to add, 0 to 255 (default: %(default)s)")
    parser.add_argument(
        "--strength", type=float, default=17, help="of the denoising: 0.7 sigma is good (default: %(default)s)"
    )
    args = parser.parse_args(argv)

    noise = args.sigma * torch.randn(args.image.shape, generator=torch.Generator().manual_seed(0))
    noisy = (args.image + noise).round().clamp(0, 255).byte()
    panels = {
        "noisy" if args.sigma else "image": noisy,
        "Gaussian blur": cv.GaussianBlur(noisy, (0, 0), 1),
        "bilateral": cv.bilateralFilter(noisy, 7, 60, 3),
        "non-local means": cv.fastNlMeansDenoisingColored(noisy, None, args.strength, args.strength, 5, 15),
    }
    if args.sigma:
        panels = {f"{name}, {cv.PSNR(args.image, panel):.2f} dB": panel for name, panel in panels.items()}
    print(*panels, sep="\n")
    return finish(grid(panels, 2), args)


if __name__ == "__main__":
    sys.exit(main())

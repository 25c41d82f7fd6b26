"""Stitching: join overlapping images into one.

OpenCV's ``Stitcher`` (after Brown and Lowe, 2007) finds what the images have in common, lines them up, evens out
their exposure and blends the seams. Without any images, a photograph is cut into overlapping pieces, some darker than
others, and how much the panorama looks like the photograph is printed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from _images import CommandLine, finish, load_image
from torch import Tensor

import torch_opencv as cv

REASONS = {
    cv.Stitcher_ERR_NEED_MORE_IMGS: "they have too little in common: give images that overlap by a third or more",
    cv.Stitcher_ERR_HOMOGRAPHY_EST_FAIL: "no homography fits them: give images that overlap by a third or more",
    cv.Stitcher_ERR_CAMERA_PARAMS_ADJUST_FAIL: "no camera fits them: try --flat, or images from one place",
}


def pieces_of(whole: Tensor) -> list[Tensor]:
    """The left, the middle and the right of an image, differently bright; neighbours share half of themselves."""
    width = whole.shape[1]
    lefts = (0, width // 4, width // 2)
    return [
        (whole[:, left : left + width // 2] * gain).clamp(max=255).byte()
        for left, gain in zip(lefts, (0.85, 1.0, 0.9), strict=True)
    ]


def main(argv: Sequence[str] | None = None) -> int:
    parser = CommandLine(__doc__, "stitching.png")
    parser.add_argument("images", nargs="*", type=load_image, help="two or more (default: pieces of a photograph)")
    parser.add_argument("--flat", action="store_true", help="pieces of something flat, not views from one place")
    args = parser.parse_args(argv)
    whole = load_image("astronaut")
    pieces = args.images or pieces_of(whole)
    if len(pieces) < 2:
        parser.error("one image is a panorama already: give two or more that overlap")

    flat = args.flat or not args.images
    stitcher = cv.Stitcher_create(cv.Stitcher_SCANS if flat else cv.Stitcher_PANORAMA)
    status, panorama = stitcher.stitch(pieces)
    if status != cv.Stitcher_OK:
        parser.error(f"the images can't be joined, {REASONS.get(status, f'status {status}')}")
    height, width = panorama.shape[:2]
    print(f"{len(stitcher.component())} of {len(pieces)} images make a panorama of {width} x {height}")
    if not args.images:
        middle = whole[whole.shape[0] // 8 : -whole.shape[0] // 8, whole.shape[1] // 8 : -whole.shape[1] // 8]
        likeness = cv.matchTemplate(panorama, middle, cv.TM_CCOEFF_NORMED).max()
        print(f"the photograph is {whole.shape[1]} x {whole.shape[0]}; they correlate by {likeness:.4f}")
    return finish(panorama, args)


if __name__ == "__main__":
    sys.exit(main())

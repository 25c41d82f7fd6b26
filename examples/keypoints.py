"""Keypoints and matching: find one image in another, whatever its size, turn and perspective.

SIFT (Lowe, 2004) or ORB (Rublee et al., 2011) keypoints, brute-force matches that pass Lowe's ratio test, and the
homography that most of them agree on (RANSAC). Without a SCENE, the image itself is warped into one, and how far off
the found corners are is printed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import torch
from _images import IMAGE, CommandLine, finish, load_image
from torch import Tensor

import torch_opencv as cv

WARP = torch.tensor([[0.62, -0.28, 190], [0.2, 0.66, 40], [-1e-4, 2e-4, 1]], dtype=torch.float64)


def scene_of(sought: Tensor, warp: Tensor) -> Tensor:
    """The image warped by a homography, dimmed and noisy, on the photograph of a brick wall."""
    wall = cv.resize(load_image("brick"), (600, 500))
    everywhere = torch.full(sought.shape[:2], 255, dtype=torch.uint8)
    cv.copyTo(cv.warpPerspective(sought, warp, (600, 500)), cv.warpPerspective(everywhere, warp, (600, 500)), wall)
    noise = 8 * torch.randn(wall.shape, generator=torch.Generator().manual_seed(0))
    return (0.8 * wall + noise).clamp(0, 255).byte()


def main(argv: Sequence[str] | None = None) -> int:
    parser = CommandLine(__doc__, "keypoints.png")
    parser.add_argument("image", nargs="?", type=load_image, default="astronaut", help=IMAGE)
    parser.add_argument("scene", nargs="?", type=load_image, help="the image to find it in (default: a made one)")
    parser.add_argument("--keypoints", choices=("sift", "orb"), default="sift", help="default: %(default)s")
    args = parser.parse_args(argv)
    sought = args.image
    height, width = sought.shape[:2]
    size = 512 / max(height, width)
    warp = WARP @ torch.diag(torch.tensor([size, size, 1], dtype=torch.float64))
    scene = scene_of(sought, warp) if args.scene is None else args.scene

    sift = args.keypoints == "sift"
    detector = cv.SIFT_create() if sift else cv.ORB_create(2000)
    points, descriptors = detector.detectAndCompute(cv.cvtColor(sought, cv.COLOR_BGR2GRAY), None)
    scene_points, scene_descriptors = detector.detectAndCompute(cv.cvtColor(scene, cv.COLOR_BGR2GRAY), None)
    if len(points) < 4 or len(scene_points) < 4:
        parser.error(f"{len(points)} and {len(scene_points)} keypoints are too few: give images with more detail")

    matcher = cv.BFMatcher(cv.NORM_L2 if sift else cv.NORM_HAMMING)
    pairs = matcher.knnMatch(descriptors, scene_descriptors, k=2)
    good = [best for best, second in pairs if best.distance < 0.75 * second.distance]
    print(f"{len(points)} and {len(scene_points)} keypoints, {len(good)} matches pass the ratio test")
    if len(good) < 4:
        parser.error(f"{len(good)} matches are too few for a homography: the image isn't in that scene")

    here = torch.tensor([points[match.queryIdx].pt for match in good])
    there = torch.tensor([scene_points[match.trainIdx].pt for match in good])
    homography, inliers = cv.findHomography(here, there, cv.RANSAC, 3)
    if homography is None or inliers.sum() < 10:
        parser.error("the matches don't agree on where the image is: it isn't in that scene")
    off = (cv.perspectiveTransform(here[None], homography)[0] - there).norm(dim=1)[inliers[:, 0] > 0]
    print(f"{len(off)} of them agree on a homography, within {off.mean():.2f} px on average")

    corners = torch.tensor([[[0.0, 0], [width, 0], [width, height], [0, height]]])
    outline = cv.perspectiveTransform(corners, homography)
    if args.scene is None:
        error = (outline - cv.perspectiveTransform(corners, warp)).norm(dim=-1).max()
        print(f"the corners are off by at most {error:.2f} px")
    cv.polylines(scene, [outline.round().int()], True, (0, 255, 255), 2, cv.LINE_AA)
    agreed = [match for match, inlier in zip(good, inliers[:, 0], strict=True) if inlier]
    some = agreed[:: len(agreed) // 100 + 1]  # more lines would hide it all
    alone = cv.DRAW_MATCHES_FLAGS_NOT_DRAW_SINGLE_POINTS
    drawn = cv.drawMatches(sought, points, scene, scene_points, some, None, (0, 230, 0), flags=alone)
    return finish(drawn, args)


if __name__ == "__main__":
    sys.exit(main())

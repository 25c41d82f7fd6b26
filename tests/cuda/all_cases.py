"""Every case of the battery, by the name of the function."""

from __future__ import annotations

from collections import defaultdict

from tests.cuda import (
    arithm_cases,
    color_cases,
    corners_cases,
    features_cases,
    filters_cases,
    hough_cases,
    imgproc_cases,
    stereo_cases,
    sums_cases,
    video_cases,
    warping_cases,
)
from tests.cuda.case import Case

BY_NAME: dict[str, list[Case]] = defaultdict(list)
for _module in (
    arithm_cases,
    sums_cases,
    warping_cases,
    filters_cases,
    color_cases,
    imgproc_cases,
    corners_cases,
    hough_cases,
    video_cases,
    stereo_cases,
    features_cases,
):
    for _case in _module.all_cases():
        BY_NAME[_case.name].append(_case)

"""docs/cuda.md, which tools/make_cuda_table.py writes, says of each name which way it goes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from torch_opencv.cuda import _routing

DOCUMENT = Path(__file__).parents[2] / "docs" / "cuda.md"


@pytest.mark.skipif(_routing.opencv_has_cuda(), reason="the page was made with an OpenCV without CUDA")
def test_the_page_is_up_to_date() -> None:
    written = dict(re.findall(r"^\| `(\w+)` \| ([\w-]+) \|", DOCUMENT.read_text(encoding="utf-8"), re.M))
    expected = {name: _routing.route(name) for name in _routing.names() if not name.isupper()}
    constants = ("EVENT_", "Event_", "DEVICE_INFO_", "DeviceInfo_")
    expected = {name: way for name, way in expected.items() if not name.startswith(constants)}
    assert written == expected, "run python tools/make_cuda_table.py"

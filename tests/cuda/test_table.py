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
    constants = {name for name, value in _routing.NATIVE.items() if isinstance(value, int)}
    expected = {name: _routing.route(name) for name in _routing.names() if name not in constants}
    assert written == expected, "run python tools/make_cuda_table.py"

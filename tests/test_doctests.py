"""The examples in docstrings say what really comes out."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import torch_opencv

PACKAGE = Path(torch_opencv.__file__).parent
# Found by their text: to import every module would take longer than the examples themselves.
MODULES = [
    ".".join(("torch_opencv", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
    for path in sorted(PACKAGE.rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried  # they are where doctest finds them
    assert not failed

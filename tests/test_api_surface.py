"""The public API changes only where somebody meant it to: tests/api_surface.json says what there is."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def test_the_public_api_is_what_was_agreed() -> None:
    spec = importlib.util.spec_from_file_location("make_api_surface", CHECKOUT / "tools" / "make_api_surface.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    agreed = json.loads((CHECKOUT / "tests" / "api_surface.json").read_text("utf-8"))
    assert module.surface() == agreed, "if you meant to change it: python tools/make_api_surface.py"

"""The two ways that a call can go: the fast path in C++, where it is built, and Python's. Both must do the same."""

from __future__ import annotations

from collections.abc import Iterator

from torch_opencv._binding.wrap import NATIVE

WAYS = {"native": True, "python": False}


def ways() -> Iterator[str]:
    """Once with the fast path, once without; only the latter where it isn't built."""
    for name, on in WAYS.items():
        if on and NATIVE.why_not:
            continue
        before = NATIVE.enable(on)
        try:
            yield name
        finally:
            NATIVE.enable(before)

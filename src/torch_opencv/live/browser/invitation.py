"""What the terminal says so that people find the page: its address, what the browser will warn of, and a QR code."""

from __future__ import annotations

import io
import sys
from typing import TextIO

from torch_opencv.live.browser.view import Browser

_WHITE_ON_BLACK, _RESET = "\033[97;40m", "\033[0m"


def invite(browser: Browser, stream: TextIO | None = None) -> None:
    """Print how to open a page, with a QR code for phones if that can be seen and others may open it.

    Args:
        browser: whose page it is.
        stream: where to print it; None is standard error.

    """
    out: TextIO = sys.stderr if stream is None else stream
    lines = [f"torch-opencv: open {browser.address} in a browser"]
    if browser.fingerprint:
        lines += [
            "The browser warns that nobody it knows made the page's certificate: this program did, here.",
            'Go on by "Advanced" (Chrome, Firefox) or "Show Details" (Safari). To be sure that nobody is in between,',
            f"compare the certificate's SHA-256 fingerprint first: {browser.fingerprint}",
        ]
    text = "\n".join(lines) + "\n"
    if browser.for_others and out.isatty() and "utf" in (out.encoding or "").lower():
        text += qr_code(browser.address)
    out.write(text)
    out.flush()


def qr_code(text: str) -> str:
    """A QR code for a terminal, black on white whatever its colours are.

    Args:
        text: what it says.

    Returns:
        Lines of half blocks.
    """
    import segno

    out = io.StringIO()
    segno.make(text, error="l", micro=False).terminal(out, compact=True, border=2)
    return "".join(f"{_WHITE_ON_BLACK}{line}{_RESET}\n" for line in out.getvalue().splitlines())

"""A headless Chromium, driven by its DevTools protocol over a WebSocket: it needs the browser and nothing else."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from websockets.sync.client import connect

PATIENCE_S = 60
"""Only what fails ever waits that long."""

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_QUIET = (
    "--no-first-run --disable-background-networking --disable-component-update --disable-sync --disable-default-apps"
)


def find_chromium() -> str | None:
    """Where the browser is; Debian's package is called chromium."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


class Chromium:
    """A browser with a profile of its own, gone with the ``with`` block."""

    def __init__(self, folder: Path, *options: str) -> None:
        program = find_chromium()
        assert program
        port_file = folder / "DevToolsActivePort"
        command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", *_QUIET.split()]
        with (folder / "chromium.log").open("w") as log:
            self._process = subprocess.Popen(
                [*command, "--remote-debugging-port=0", f"--user-data-dir={folder}", *options, "about:blank"],
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + PATIENCE_S
        while not (port_file.exists() and "\n" in port_file.read_text()):
            if time.monotonic() > deadline or self._process.poll() is not None:
                self.close()
                raise RuntimeError(f"Chromium did not start: {(folder / 'chromium.log').read_text()}")
            time.sleep(0.05)
        self._port = int(port_file.read_text().split()[0])

    def __enter__(self) -> Chromium:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the browser."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def open(self, address: str, *, size: tuple[int, int] = (1280, 800), dark: bool = False) -> Tab:
        """Open a page in a window of its own: of a window's tabs, all but one count as hidden."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/json/version", timeout=PATIENCE_S) as answer:
            devtools = json.load(answer)["webSocketDebuggerUrl"]
        with connect(devtools, compression=None, proxy=None) as browser:
            parameters = {"url": "about:blank", "newWindow": True}
            browser.send(json.dumps({"id": 1, "method": "Target.createTarget", "params": parameters}))
            while (message := json.loads(browser.recv(timeout=PATIENCE_S))).get("id") != 1:
                ...
        target = message["result"]["targetId"]
        return Tab(f"ws://127.0.0.1:{self._port}/devtools/page/{target}", address, size, dark)


class Tab:
    """A page that is open."""

    def __init__(self, devtools: str, address: str, size: tuple[int, int], dark: bool) -> None:
        self._number = 0
        self.errors: list[str] = []
        """What the page's console says of errors, those of scripts and of what the security policy forbids."""
        self._closing = ExitStack()
        connection = connect(devtools, max_size=None, compression=None, proxy=None, open_timeout=PATIENCE_S)
        self._socket = self._closing.enter_context(connection)
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.do(f"{domain}.enable")
        width, height = size
        phone = width < 700
        self.do(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if phone else 1,
            mobile=phone,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.do("Emulation.setEmulatedMedia", features=[scheme])
        self.do("Emulation.setTouchEmulationEnabled", enabled=phone)
        self.go(address)

    def __enter__(self) -> Tab:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the tab."""
        self.do("Page.close")
        self._closing.close()

    def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the DevTools protocol."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=PATIENCE_S))
            if message.get("id") == self._number:
                assert "error" not in message, f"{method}: {message['error']}"
                return dict(message["result"])
            self._note(message)

    def go(self, address: str) -> None:
        """Go to another page."""
        self.do("Page.navigate", url=address)
        self.wait_for("document.readyState === 'complete'")

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression; a promise is awaited."""
        result = self.do("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def wait_for(self, expression: str) -> Any:
        """The value of an expression as soon as that is true."""
        deadline = time.monotonic() + PATIENCE_S
        while not (value := self.ask(expression)):
            assert time.monotonic() < deadline, f"{expression} never came true; the page says {self.text()!r}"
            time.sleep(0.05)
        return value

    def text(self, selector: str = "body") -> str:
        """The visible text of an element."""
        return str(self.ask(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    def click(self, selector: str) -> None:
        """Click in the middle of an element, with the mouse."""
        box = self.ask(
            f"(e => {{ e.scrollIntoView({{block: 'center', behavior: 'instant'}}); const b = e.getBoundingClientRect();"
            f" return [b.x + b.width / 2, b.y + b.height / 2] }})(document.querySelector({json.dumps(selector)}))"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.do("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def key(self, key: str) -> None:
        """Press and release a key, such as "s", " " or "Tab"."""
        named = {" ": ("Space", 32), "Tab": ("Tab", 9), "Enter": ("Enter", 13)}
        kind = "Digit" if key.isdecimal() else "Key"
        code, number = named.get(key, (f"{kind}{key.upper()}", ord(key[0].upper())))
        text = {"text": "\r" if key == "Enter" else key} if len(key) == 1 or key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            parameters = {"key": key, "code": code, "windowsVirtualKeyCode": number}
            self.do("Input.dispatchKeyEvent", type=kind, **parameters, **(text if kind == "keyDown" else {}))

    def throttle(self, *, bytes_per_second: int, latency_ms: int) -> None:
        """Make the network slow, WebSockets included where this browser can."""
        self.do(
            "Network.emulateNetworkConditions",
            offline=False,
            latency=latency_ms,
            downloadThroughput=bytes_per_second,
            uploadThroughput=bytes_per_second,
        )

    def screenshot(self, file: Path) -> Path:
        """An image of what is visible."""
        file.write_bytes(base64.b64decode(self.do("Page.captureScreenshot", format="png")["data"]))
        return file

    def _note(self, event: dict[str, Any]) -> None:
        parameters = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            self.errors.append(json.dumps(parameters["exceptionDetails"].get("exception", parameters)))
        elif event.get("method") == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.errors.append(parameters["entry"]["text"])


def fake_camera(video: Path) -> Sequence[str]:
    """The options with which the browser has a camera that plays a .y4m or .mjpeg file, and gives it to every page."""
    return (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={video}",
    )

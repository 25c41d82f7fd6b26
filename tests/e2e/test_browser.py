"""The browser view in a real browser."""

from __future__ import annotations

import http.server
import itertools
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import torch

import torch_opencv as cv
from tests.e2e.chromium import PATIENCE_S, Chromium, Tab, fake_camera, find_chromium
from tests.live.browser.page import Page
from tests.live.media import brightening_video
from torch_opencv.live.browser import Browser
from torch_opencv.live.events import Choose, Command, Key
from torch_opencv.live.keys import command_of
from torch_opencv.live.sources import Frame, open_source
from torch_opencv.live.views import AnnotatedFrame, Stats, Tile, ViewEvent

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(find_chromium() is None, reason="needs a browser: apt-get install chromium"),
]

TOKEN = "a-token_for.tests"
CLASSES = [
    {"label": "espresso", "wnid": "n07920052", "score": 0.91},
    {"label": "cup", "wnid": "n07930864", "score": 0.06},
    {"label": "tabby, tabby cat", "wnid": "n02123045", "score": 0.02},
    {"label": "<b>not bold</b>", "wnid": "n0", "score": 0.005},
    {"label": "goldfish, Carassius auratus", "wnid": "n01443537", "score": 0.001},
]

CENTRE = """(c => Array.from(c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data).slice(0, 3))
(document.querySelector('canvas'))"""
"""In JavaScript: the colour in the middle of the image, red first."""


def opening(address: str) -> str:
    """In JavaScript: whether a WebSocket opens."""
    return (
        f"new Promise(done => {{ const socket = new WebSocket('{address}');"
        " socket.onopen = () => done(true); socket.onerror = () => done(false) })"
    )


class Feed:
    """A loop that shows the sample 30 times a second, until it is closed."""

    def __init__(self, browser: Browser, fields: dict[str, object] | None = None) -> None:
        self.heard: list[ViewEvent] = []
        self.choices: tuple[str, ...] = ()
        self.stats: dict[str, Any] = {}
        self.drawn = False
        self._fields = fields or {"classes": CLASSES}
        self.shown = 0
        self._browser = browser
        self._state = "live"
        self._chosen = 0
        self._closed = threading.Event()
        self._frames = list(itertools.islice(open_source("sample"), 60))
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        start = time.monotonic()
        for frame in itertools.cycle(self._frames):
            if self._closed.wait(max(0.0, start + self.shown / 30 - time.monotonic())):
                return
            for event in self._browser.events():
                command = command_of(event.key) if isinstance(event, Key) else event
                self.heard.append(event)
                if command == Command("pause"):
                    self._state = "live" if self._state == "paused" else "paused"
                elif isinstance(command, Choose):
                    self._chosen = command.number
            self.shown += 1
            stats = Stats(
                self._state,  # type: ignore[arg-type]
                30.0,
                11.5,
                20.0,
                3,
                choices=self.choices,
                chosen=self.choices[self._chosen] if self.choices else "",
                **self.stats,
            )
            tile = Tile(0, frame, None, (0, 0, 640, 360))
            image = frame.image.clone() if self.drawn else frame.image
            self._browser.show(AnnotatedFrame(image, frame, self._fields, stats, (tile,)))


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with Chromium(tmp_path_factory.mktemp("chromium")) as chromium:
        yield chromium


@pytest.fixture
def browser() -> Iterator[Browser]:
    browser = Browser("torch-opencv classify", port=0)
    yield browser
    browser.close()


@pytest.fixture
def feed(browser: Browser) -> Iterator[Feed]:
    feed = Feed(browser)
    yield feed
    feed.close()


def eventually(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def state_becomes(tab: Tab, state: str) -> None:
    tab.wait_for(f"document.querySelector('#state').textContent === {state!r}")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), (820, 1180), (390, 844)], ids=["desk", "tablet", "phone"])
def test_the_page(
    chromium: Chromium, browser: Browser, feed: Feed, tmp_path: Path, size: tuple[int, int], dark: bool
) -> None:
    with chromium.open(browser.address, size=size, dark=dark) as tab:
        state_becomes(tab, "Live")
        tab.wait_for("!document.querySelector('canvas').hidden")
        assert tab.ask("[document.querySelector('canvas').width, document.querySelector('canvas').height]") == [
            640,
            360,
        ]
        assert sum(tab.ask(CENTRE)) > 0
        results = tab.text("#results")
        for text in ("espresso", "91 %", "cup", "6.0 %", "tabby cat", "<b>not bold</b>", "Carassius auratus", "0.1 %"):
            assert text in results
        bars = tab.ask("[...document.querySelectorAll('.bar span')].map(bar => parseFloat(bar.style.width))")
        assert bars == pytest.approx([91, 6, 2, 0.5, 0.1])
        assert "11.5 fps" in tab.text("#stats")
        assert "640 × 360" in tab.text("#stats")
        assert tab.ask("document.documentElement.scrollWidth") == size[0]  # nothing sticks out
        background = tab.ask("getComputedStyle(document.body).backgroundColor")
        assert background == ("rgb(18, 19, 21)" if dark else "rgb(246, 246, 244)")
        assert tab.screenshot(tmp_path / "page.png").stat().st_size > 20_000
        assert tab.errors == []


@pytest.mark.parametrize(
    ("fields", "texts"),
    [
        ({"faces": [{"box": [1, 2, 30, 40], "name": None, "age": 31.24}]}, ["Faces", "1, 2, 30, 40", "–", "31.24"]),
        ({"caption": "a dog on a beach", "alternatives": ["a dog", "a beach"]}, ["a dog on a beach", "a beach"]),
        ({"my_clip.mp4": {"classes": CLASSES}, "b.mp4": {"classes": CLASSES[:1]}}, ["my_clip.mp4", "espresso", "91 %"]),
        (
            {"deep": {"er": {"est": [[1, [2]], {"x": {"y": None}}]}}, "none": [], "<i>": True},
            ["deep", "Est", "<i>", "true"],
        ),
    ],
    ids=["faces", "caption", "several sources", "anything"],
)
def test_other_results(chromium: Chromium, browser: Browser, fields: dict[str, object], texts: list[str]) -> None:
    feed = Feed(browser, fields)
    try:
        with chromium.open(browser.address) as tab:
            state_becomes(tab, "Live")
            results = tab.text("#results")
            assert [text for text in texts if text not in results] == []
            assert "[object" not in results
            assert tab.errors == []
    finally:
        feed.close()


def test_a_hidden_page_asks_for_nothing(chromium: Chromium, browser: Browser, feed: Feed) -> None:
    hide = "Object.defineProperty(document, 'hidden', {configurable: true, get: () => %s});"
    with chromium.open(browser.address) as tab:
        state_becomes(tab, "Live")
        tab.ask(hide % "true")
        (viewer,) = browser._broadcaster._viewers
        eventually(lambda: len(viewer._in_flight) == 2)
        newest, shown = viewer._newest, feed.shown
        eventually(lambda: feed.shown > shown + 10)
        assert viewer._newest == newest
        tab.ask(hide % "false" + "document.dispatchEvent(new Event('visibilitychange'))")
        eventually(lambda: viewer._newest > newest + 10)


def test_keys_and_buttons(chromium: Chromium, browser: Browser, feed: Feed) -> None:
    with chromium.open(browser.address) as tab:
        state_becomes(tab, "Live")
        tab.key(" ")
        state_becomes(tab, "Paused")
        assert tab.ask("document.querySelector('[data-command=pause]').ariaPressed") == "true"
        tab.click("[data-command=pause]")
        state_becomes(tab, "Live")
        tab.key(" ")  # pauses, and doesn't press the button that was clicked last once more
        state_becomes(tab, "Paused")
        for key in "srhq":
            tab.key(key)
        for command in ("snapshot", "record", "hud", "quit"):
            tab.click(f"[data-command={command}]")
        expected = [Key(" "), Command("pause"), Key(" "), *map(Key, "srhq")]
        expected += [Command("snapshot"), Command("record"), Command("hud"), Command("quit")]
        eventually(lambda: len(feed.heard) >= len(expected))
        assert feed.heard == expected


PRESSED = "[...document.querySelectorAll('#choices-list [aria-pressed=true] span')].map(e => e.textContent).join()"
"""In JavaScript: the name of the choice that is chosen."""


@pytest.mark.parametrize(("size", "dark"), [((1280, 800), False), ((390, 844), True)])
def test_choices(
    chromium: Chromium, browser: Browser, feed: Feed, tmp_path: Path, size: tuple[int, int], dark: bool
) -> None:
    with chromium.open(browser.address, size=size, dark=dark) as tab, chromium.open(browser.address) as other:
        state_becomes(tab, "Live")
        assert "Choose" not in tab.text()  # there is nothing to choose yet
        feed.choices = ("starry night", "the great wave", "<b>not bold</b>", *(f"style {i}" for i in range(4, 12)))
        for page in (tab, other):
            page.wait_for(f"{PRESSED} === 'starry night'")
        assert "<b>not bold</b>" in tab.text("#choices-list")
        tab.key("3")
        for page in (tab, other):  # the choice is everybody's
            page.wait_for(f"{PRESSED} === '<b>not bold</b>'")
        other.click("#choices-list button:nth-child(2)")
        for page in (tab, other):
            page.wait_for(f"{PRESSED} === 'the great wave'")
        tab.key("n")
        tab.key("p")
        tab.key(" ")  # and doesn't press a choice
        eventually(lambda: len(feed.heard) >= 5)
        assert feed.heard == [Key("3"), Choose(1), Key("n"), Key("p"), Key(" ")]
        assert tab.ask("document.documentElement.scrollWidth") <= size[0]
        assert tab.screenshot(tmp_path / "choices.png").stat().st_size > 20_000
        assert tab.errors == []


def test_the_keyboard_alone_is_enough(chromium: Chromium, browser: Browser, feed: Feed) -> None:
    with chromium.open(browser.address) as tab:
        state_becomes(tab, "Live")
        tab.key("Tab")
        tab.key("Tab")
        assert tab.ask("document.activeElement.dataset.command") == "snapshot"
        assert tab.ask("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        tab.key(" ")
        tab.key("Enter")
        eventually(lambda: len(feed.heard) >= 2)
        assert feed.heard == [Command("snapshot")] * 2
        names = tab.ask("[...document.querySelectorAll('button')].map(button => button.innerText.trim())")
        assert all(names[:-1])


def test_a_slow_viewer_slows_nobody_and_is_never_late(chromium: Chromium, browser: Browser, feed: Feed) -> None:
    with Page(browser) as slow, chromium.open(browser.address) as tab:
        state_becomes(tab, "Live")
        ages: list[int] = []
        for _ in range(4):
            time.sleep(2)
            message, _ = slow.frame()
            while (
                message["number"] < feed.shown - 30
            ):  # what came before it acknowledged; at most what may be in flight
                slow.seen(message["number"])
                message, _ = slow.frame()
            ages.append(feed.shown - message["number"])
            slow.seen(message["number"])
        rates = shown_and_fed([tab], feed)
    assert rates[0] > 0.8 * rates[-1]
    assert max(ages) <= 15  # frames: of those that wait for 2 s, 60 would have come since


def test_a_slow_network_slows_nobody(chromium: Chromium, browser: Browser, feed: Feed) -> None:
    with chromium.open(browser.address) as slow, chromium.open(browser.address) as quick:
        state_becomes(slow, "Live")
        slow.throttle(bytes_per_second=100_000, latency_ms=200)
        state_becomes(quick, "Live")
        time.sleep(2)
        slow_rate, quick_rate, rate = shown_and_fed([slow, quick], feed)
    assert slow_rate < 0.5 * rate, "this browser doesn't throttle WebSockets: the test shows nothing"
    assert quick_rate > 0.8 * rate


def shown_and_fed(tabs: list[Tab], feed: Feed) -> list[float]:
    """How many frames a second the tabs show, and, last, how many there were: few, where the machine is busy."""
    numbers = [shown_number(tab) for tab in tabs] + [feed.shown]
    start = time.monotonic()
    time.sleep(4)
    later = [shown_number(tab) for tab in tabs] + [feed.shown]
    return [(b - a) / (time.monotonic() - start) for a, b in zip(numbers, later, strict=True)]


def shown_number(tab: Tab) -> int:
    """How many frames the tab has drawn since this was first asked."""
    count = "const p = CanvasRenderingContext2D.prototype, draw = p.drawImage; window.drawn = 0;"
    count += " p.drawImage = function (...all) { window.drawn += 1; return draw.apply(this, all) }"
    return int(tab.ask(f"(() => {{ if (window.drawn === undefined) {{ {count} }} return window.drawn }})()"))


def test_a_token(chromium: Chromium) -> None:
    browser = Browser("torch-opencv", port=0, token=TOKEN)
    feed = Feed(browser)
    bare = browser.address.partition("?")[0]
    try:
        with chromium.open(f"{bare}?token=wrong") as tab:
            assert "token is missing or wrong" in tab.text()
            tab.go(bare)
            assert "token is missing or wrong" in tab.text()
            assert tab.ask(opening(f"{bare.replace('http', 'ws')}socket")) is False
            tab.go(browser.address)
            state_becomes(tab, "Live")
            assert tab.ask("location.href") == bare
            assert tab.ask("document.cookie") == ""
            tab.go(bare)
            state_becomes(tab, "Live")
    finally:
        feed.close()
        browser.close()


def test_a_foreign_page(chromium: Chromium, browser: Browser, feed: Feed) -> None:
    class Foreign(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<p>foreign")

        def log_message(self, *_: object) -> None: ...

    address = browser.address.replace("http", "ws")
    opens = opening(f"{address}socket")
    with http.server.HTTPServer(("127.0.0.1", 0), Foreign) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with chromium.open(f"http://127.0.0.1:{server.server_port}/") as tab:
            assert tab.text() == "foreign"
            assert tab.ask(opens) is False
            # Nor may it look at the page in a frame, or use its scripts.
            tab.ask(f"document.body.innerHTML = '<iframe src=\"{browser.address}\"></iframe>'")
            refused = f"fetch('{browser.address}page.js', {{mode: 'no-cors'}}).then(() => false, () => true)"
            assert tab.ask(refused) is True
            eventually(lambda: tab.ask("1") and any("frame-ancestors" in error for error in tab.errors))
        server.shutdown()
    with chromium.open(browser.address) as tab:
        assert tab.ask(opens) is True


def test_it_comes_back_by_itself(chromium: Chromium, browser: Browser) -> None:
    port = urlsplit(browser.address).port or 0
    feed = Feed(browser)
    with chromium.open(browser.address) as tab:
        state_becomes(tab, "Live")
        # It is back too soon for somebody who looks now and then: the page notes it down.
        note = "said.push([...document.querySelectorAll('#state, #notice')].map(part => part.innerText).join(': '))"
        changes = "{subtree: true, childList: true, characterData: true, attributes: true}"
        tab.ask(f"window.said = []; new MutationObserver(() => {note}).observe(document.body, {changes})")
        for connection in list(browser._server.server_state.connections):  # as if the network broke off
            browser._broadcaster.soon(connection.transport.abort)
        tab.wait_for("said.includes('No connection: The connection is lost. Trying again…')")
        tab.wait_for("said.at(-1).startsWith('Live')")
        feed.close()
        browser.close()
        state_becomes(tab, "Ended")
        assert "The program has ended." in tab.text("#notice")
        time.sleep(2)  # it tries in vain
        assert "The program has ended." in tab.text("#notice")
        again = Browser("the next run", port=port)
        feed = Feed(again)
        state_becomes(tab, "Live")
        assert tab.text("h1") == "the next run"
        feed.close()
        again.close()
        state_becomes(tab, "Ended")
        with_token = Browser("a run with a token", port=port, token=TOKEN)
        tab.wait_for("document.querySelector('#notice').innerText.includes('no longer valid')")
        with_token.close()


def test_what_is_pressed_and_saved(chromium: Chromium, browser: Browser, feed: Feed, tmp_path: Path) -> None:
    file = tmp_path / "snapshot-1.png"
    file.write_bytes(b"an image")
    pressed = "[...document.querySelectorAll('.controls [aria-pressed=true]')].map(e => e.dataset.command).join()"
    with chromium.open(browser.address, size=(390, 844)) as tab:
        state_becomes(tab, "Live")
        assert tab.ask(pressed) == ""
        assert tab.ask("document.querySelector('#files').hidden") is True
        feed.stats = {"recording": True, "recording_path": tmp_path / "recording-1.mp4", "hud": True, "files": (file,)}
        tab.wait_for(f"{pressed} === 'record,hud'")
        assert "Recording to recording-1.mp4" in tab.text("#files")
        assert tab.ask("document.querySelector('#files a').getAttribute('download')") == "snapshot-1.png"
        text = "fetch(document.querySelector('#files a').href).then(answer => answer.text())"
        assert tab.ask(text) == "an image"
        tab.do("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path / "phone"))
        tab.click("#files a")
        eventually((tmp_path / "phone" / "snapshot-1.png").exists)
        assert tab.ask("document.documentElement.scrollWidth") == 390
        sizes = "[...document.querySelectorAll('.controls button')].map(e => e.offsetWidth)"
        *others, last = tab.ask(sizes)
        assert last <= min(others) + 1  # to quit is no phone's biggest button
        assert tab.errors == []


def test_a_file_is_not_live(chromium: Chromium, browser: Browser, feed: Feed) -> None:
    feed.stats = {"position": 1.0, "duration": 9.0}
    with chromium.open(browser.address) as tab:
        state_becomes(tab, "Playing")


def test_what_is_drawn_is_not_repeated(chromium: Chromium, browser: Browser, feed: Feed) -> None:
    feed.drawn = True
    with chromium.open(browser.address) as tab:
        state_becomes(tab, "Live")
        tab.wait_for("document.querySelector('#results').textContent.includes('espresso')")
        assert "espresso" not in tab.text()
        tab.click("summary")
        tab.wait_for("document.querySelector('#results').innerText.includes('espresso')")


# --- a visitor's camera ---


def pattern(*colors: tuple[int, int, int]) -> torch.Tensor:
    """A (360, 640) image of four fields, so that colours, sides and up and down can be told."""
    image = torch.zeros(360, 640, 3, dtype=torch.uint8)
    for i, color in enumerate(colors):
        image[180 * (i // 2) :, 320 * (i % 2) :] = torch.tensor(color, dtype=torch.uint8)
    return image


FIELDS = [(30, 30, 220), (30, 200, 30), (220, 40, 40), (200, 200, 200)]
"""BGR: red, green above blue, grey."""


@pytest.fixture(scope="module")
def with_camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    folder = tmp_path_factory.mktemp("camera")
    jpeg = cv.imencode(".jpg", pattern(*FIELDS), [cv.IMWRITE_JPEG_QUALITY, 95])[1].numpy().tobytes()
    video = folder / "camera.mjpeg"
    video.write_bytes(jpeg * 30)
    with Chromium(folder, *fake_camera(video)) as chromium:
        yield chromium


class CameraLoop:
    """A loop that marks what it sees and shows it."""

    def __init__(self, browser: Browser) -> None:
        self.source = browser.camera()
        self.frames: list[Frame] = []
        self._browser = browser
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self) -> None:
        self.source.close()
        self._thread.join()

    def _run(self) -> None:
        for frame in self.source:
            self.frames.append(frame)
            image = frame.image.clone()
            cv.rectangle(image, (290, 150), (350, 210), (0, 255, 255), -1)  # yellow
            self._browser.show(AnnotatedFrame(image, frame, {}, Stats("live", 30.0, 30.0, 10.0, self.source.dropped)))


@pytest.fixture
def camera_loop(browser: Browser) -> Iterator[CameraLoop]:
    loop = CameraLoop(browser)
    yield loop
    loop.close()


def test_the_visitors_camera(with_camera: Chromium, browser: Browser, camera_loop: CameraLoop) -> None:
    assert camera_loop.source.state == "connecting"
    with with_camera.open(browser.address) as tab:
        eventually(lambda: len(camera_loop.frames) > 20)
        assert camera_loop.source.state == "live"
        assert tab.text("#camera-text") == "Your camera is in use."
        frame = camera_loop.frames[-1]
        assert frame.image.shape == (360, 640, 3)
        for i, color in enumerate(FIELDS):
            seen = frame.image[90 + 180 * (i // 2), 160 + 320 * (i % 2)]
            assert (seen.int() - torch.tensor(color)).abs().max() < 40, f"field {i}: {seen.tolist()} for {color}"
        state_becomes(tab, "Live")
        red, green, blue = tab.ask(CENTRE)
        assert (red > 200, green > 200, blue < 80) == (True, True, True), "the mark comes back"
        times = [frame.captured for frame in camera_loop.frames]
        assert times == sorted(times)
        tab.click("#camera-button")
        tab.wait_for("document.querySelector('#camera-button').textContent === 'Use my camera'")
        eventually(lambda: camera_loop.source.state == "lost")
        count = len(camera_loop.frames)
        tab.click("#camera-button")
        eventually(lambda: camera_loop.source.state == "live" and len(camera_loop.frames) > count)
        assert tab.errors == []
    eventually(lambda: camera_loop.source.state == "lost")
    with with_camera.open(browser.address):
        eventually(lambda: camera_loop.source.state == "live")


def test_one_camera_at_a_time(with_camera: Chromium, browser: Browser, camera_loop: CameraLoop) -> None:
    with with_camera.open(browser.address) as first:
        first.wait_for("document.querySelector('#camera-text').textContent.includes('Your camera is in use')")
        with with_camera.open(browser.address) as second:
            second.wait_for("document.querySelector('#camera-text').textContent.includes('Another visitor')")
            state_becomes(second, "Live")  # it sees what the first one's camera sees
            assert second.text("#camera-button") == "Use mine instead"
            second.click("#camera-button")
            second.wait_for("document.querySelector('#camera-text').textContent.includes('Your camera is in use')")
            first.wait_for("document.querySelector('#camera-text').textContent.includes('has taken over')")
            count = len(camera_loop.frames)
            eventually(lambda: len(camera_loop.frames) > count + 10)
        first.wait_for("document.querySelector('#camera-button').textContent === 'Use my camera'")
        eventually(lambda: camera_loop.source.state == "lost")
        first.click("#camera-button")
        eventually(lambda: camera_loop.source.state == "live")


def test_the_camera_comes_back_with_the_connection(
    with_camera: Chromium, browser: Browser, camera_loop: CameraLoop
) -> None:
    with with_camera.open(browser.address) as tab:
        eventually(lambda: len(camera_loop.frames) > 5)
        for connection in list(browser._server.server_state.connections):
            browser._broadcaster.soon(connection.transport.abort)
        eventually(lambda: camera_loop.source.state == "lost")
        count = len(camera_loop.frames)
        eventually(lambda: camera_loop.source.state == "live" and len(camera_loop.frames) > count)
        state_becomes(tab, "Live")


def test_no_camera_says_why(chromium: Chromium, browser: Browser, camera_loop: CameraLoop) -> None:
    with chromium.open(browser.address) as tab:  # this one has none
        tab.wait_for("/no camera|wasn't allowed/.test(document.querySelector('#camera-text').textContent)")
        assert tab.text("#camera-button") == "Use my camera"
        assert camera_loop.source.state == "connecting"


def test_a_phones_cameras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a phone does: it opens the address with the token over https, gives its camera, and takes the other one."""
    monkeypatch.setenv("TORCH_OPENCV_HOME", str(tmp_path / "home"))
    browser = Browser("torch-opencv", host="0.0.0.0", port=0, https=True)
    loop = CameraLoop(browser)
    cameras = "--use-fake-device-for-media-stream=device-count=2"
    options = (cameras, "--use-fake-ui-for-media-stream", "--ignore-certificate-errors")
    label = "camera => camera.label"
    try:
        with Chromium(tmp_path, *options) as phone, phone.open(browser.address, size=(390, 844)) as tab:
            assert tab.ask("isSecureContext") is True
            assert tab.ask("location.protocol") == "https:"
            eventually(lambda: len(loop.frames) > 5)
            state_becomes(tab, "Live")
            tab.wait_for("!document.querySelector('#camera-switch').hidden")
            tab.ask(
                "window.taken = []; const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
                "navigator.mediaDevices.getUserMedia = async (wanted) => { const stream = await get(wanted);"
                f" taken.push(...stream.getVideoTracks().map({label})); return stream }}"
            )
            for count in (1, 2):
                tab.click("#camera-switch")
                tab.wait_for(f"taken.length === {count}")
                seen = len(loop.frames)
                eventually(lambda seen=seen: len(loop.frames) > seen + 3)
            assert len(set(tab.ask("taken"))) == 2  # to the other one and back
            assert tab.ask("document.documentElement.scrollWidth") == 390
            assert tab.errors == []
    finally:
        loop.close()
        browser.close()


# --- the command ---


def test_classify_in_the_browser(with_sample: Chromium, tmp_path: Path) -> None:
    """What a user does: start it with the browser as source and view, open the page, look, press q."""
    results = tmp_path / "results.jsonl"
    command = [
        sys.executable,
        "-m",
        "torch_opencv",
        "classify",
        "browser",
        "--view",
        "browser",
        "--results",
        str(results),
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as program:
        assert program.stderr
        try:
            said = next(line for line in program.stderr if "http://" in line)
            address = next(word for word in said.split() if word.startswith("http://"))
            with with_sample.open(address) as tab:
                state_becomes(tab, "Live")
                tab.wait_for("/cat|espresso|missile/.test(document.querySelector('#results').textContent)")
                assert not tab.ask("document.querySelector('details').open")  # they are drawn on the image
                tab.click("summary")
                tab.wait_for("/cat|espresso|missile/.test(document.querySelector('#results').innerText)")
                assert tab.screenshot(tmp_path / "classify.png").stat().st_size > 20_000
                tab.key("s")
                eventually(lambda: list(tmp_path.glob("snapshot-*.png")))
                tab.key("q")
                state_becomes(tab, "Ended")
                assert tab.errors == []
            assert program.wait(PATIENCE_S) == 0
        finally:
            program.kill()
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    assert {line["source"] for line in lines} == {"browser"}
    assert all(len(line["classes"]) == 5 for line in lines)


def test_a_file_waits_for_its_viewer_and_can_be_played_again(chromium: Chromium, tmp_path: Path) -> None:
    video = brightening_video(tmp_path / "clip.mp4", 75)
    command = [sys.executable, "-m", "torch_opencv", "classify", str(video), "--view", "browser", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as program:
        assert program.stderr
        try:
            said = [program.stderr.readline(), program.stderr.readline()]
            assert "waiting for the page to be opened" in said[1]
            time.sleep(4)  # longer than the video
            address = next(word for word in said[0].split() if word.startswith("http://"))
            with chromium.open(address) as tab:
                state_becomes(tab, "Playing")
                assert tab.ask("document.querySelector('#position button').hidden")
                state_becomes(tab, "Ended")
                assert tab.text("#position output") == "0:02 / 0:03"
                assert tab.ask(f"{CENTRE}[0]") > 230
                assert tab.screenshot(tmp_path / "ended.png").stat().st_size > 10_000
                tab.click("#position button")
                state_becomes(tab, "Playing")
                state_becomes(tab, "Ended")
                assert float(tab.ask("document.querySelector('#position input').value")) == pytest.approx(2.96)
                tab.ask(
                    "(s => { s.value = 1; s.dispatchEvent(new Event('input')); s.dispatchEvent(new Event('change')) })"
                    "(document.querySelector('#position input'))"
                )
                state_becomes(tab, "Playing")
                assert tab.ask(f"{CENTRE}[0]") > 80
                state_becomes(tab, "Ended")
                assert tab.errors == []
                tab.key("q")
                state_becomes(tab, "Ended")
            assert program.wait(PATIENCE_S) == 0
        finally:
            program.kill()


@pytest.fixture(scope="module")
def with_sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    folder = tmp_path_factory.mktemp("sample")
    video = folder / "sample.mjpeg"
    with video.open("wb") as file:
        for frame in open_source("sample"):
            file.write(cv.imencode(".jpg", frame.image)[1].numpy().tobytes())
    with Chromium(folder, *fake_camera(video)) as chromium:
        yield chromium

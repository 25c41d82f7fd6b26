"""Recognition by real keys and double clicks on a real video, and a gallery that outlives a program that is killed."""

from __future__ import annotations

import math
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

import torch_opencv as cv
from tests.apps.test_recognize import GREEN, RED, Painted, Session
from tests.e2e.chromium import Chromium, Tab, find_chromium
from tests.e2e.display import Display
from tests.e2e.test_annotate import do, eventually, window
from tests.live.browser.page import Page
from torch_opencv.apps.recognize import Recognize
from torch_opencv.vision.faces import Gallery, GalleryFile
from torch_opencv.vision.faces.gallery import Sample

pytestmark = pytest.mark.e2e

PATIENCE_S = 60
FACE = (320, 130)  # in the video's first seconds


def bob() -> Gallery:
    """Somebody who isn't in the video, and somebody who has no faces yet."""
    gallery = Gallery().with_person("Anna").with_person("Bob")
    for number in range(2):
        random = torch.Generator().manual_seed(number)
        image = torch.randint(256, (50, 50, 3), dtype=torch.uint8, generator=random)
        gallery = gallery.with_face("Bob", Sample(image, torch.rand(128, generator=random)))
    return gallery


@pytest.mark.data
def test_in_a_window(display: Display, tmp_path: Path, shared_data: Path) -> None:
    path = tmp_path / "people.gallery"
    GalleryFile(path).save(bob())
    video = shared_data / "video" / "asl_gestures_again.mkv"
    command = [sys.executable, "-m", "torch_opencv", "recognize", str(video), "--gallery", str(path)]
    command += ["--view", "window", "--every", "--quiet"]
    with subprocess.Popen(command, cwd=tmp_path, env=display.environment(), stderr=subprocess.PIPE, text=True) as run:
        try:
            frame, panel = (window(display, name) for name in ("torch-opencv recognize", "Gallery"))
            display.key("space")
            do(display, "windowmove", panel, 640, 0)
            do(display, "windowmove", frame, 0, 100)
            display.wait_until_still()

            def people() -> list[int]:
                gallery = GalleryFile(path).load("faceapi")
                return [*(len(person.faces) for person in gallery.people), len(gallery.nobody)]

            def double_click() -> None:
                do(display, "windowactivate", "--sync", frame)
                do(display, "mousemove", "--window", frame, *FACE)
                display.click(times=2)

            def press(*keys: str) -> None:
                for key in keys:
                    display.key(key)
                    time.sleep(0.5)

            press("1")
            for count in (1, 2, 3):
                double_click()
                eventually(lambda count=count: people() == [count, 2, 0])  # type: ignore[misc]
                time.sleep(0.5)
            press("BackSpace")
            eventually(lambda: people() == [2, 2, 0])
            labelling = display.wait_until_still()
            press("Return")
            named = display.wait_until_still()
            double_click()
            asking = display.wait_until_still()
            press("0")
            eventually(lambda: people() == [0, 2, 1])
            after = display.wait_until_still()
            screens = {"labelling": labelling, "named": named, "asking": asking, "after": after}
            for name, screen in screens.items():
                cv.imwrite(str(tmp_path / f"{name}.png"), screen)
            for one, other in (("labelling", "named"), ("named", "asking"), ("asking", "after"), ("named", "after")):
                assert not torch.equal(screens[one], screens[other])
            press("Escape")
            assert run.wait(PATIENCE_S) == 0, run.stderr and run.stderr.read()
        finally:
            run.kill()
    assert people() == [0, 2, 1]


def tap(tab: Tab, x: float, y: float, *, touch: bool) -> None:
    """Twice on a point of the video's 640x480 pixels."""
    tab.ask("document.querySelector('canvas').scrollIntoView()")
    left, top, width, height = tab.ask(
        "(b => [b.x, b.y, b.width, b.height])(document.querySelector('canvas').getBoundingClientRect())"
    )
    scale = min(width / 640, height / 480)
    at = {"x": left + width / 2 + (x - 320) * scale, "y": top + height / 2 + (y - 240) * scale}
    for count in (1, 2):
        if touch:
            tab.do("Input.dispatchTouchEvent", type="touchStart", touchPoints=[at])
            tab.do("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        else:
            for kind in ("mousePressed", "mouseReleased"):
                tab.do("Input.dispatchMouseEvent", type=kind, **at, button="left", clickCount=count)


def type_in(tab: Tab, field: str, text: str) -> None:
    """A text in the panel's field of this label."""
    tab.ask(
        f"[...document.querySelectorAll('#panel label')].find(l => l.innerText.includes({field!r}))"
        ".querySelector('input').focus()"
    )
    tab.do("Input.insertText", text=text)
    tab.key("Enter")


def give_file(tab: Tab, path: Path) -> None:
    """To the panel's field for files."""
    field = tab.do("Runtime.evaluate", expression="document.querySelector('#panel input[type=file]')")["result"]
    tab.do("DOM.setFileInputFiles", files=[str(path)], objectId=field["objectId"])


def press_button(tab: Tab, label: str) -> None:
    tab.ask(f"[...document.querySelectorAll('#panel button')].find(b => b.innerText === {label!r}).click()")


@pytest.mark.data
@pytest.mark.skipif(find_chromium() is None, reason="needs a browser: apt-get install chromium")
@pytest.mark.parametrize("size", [(390, 844), (1440, 900)], ids=["phone", "desk"])
def test_on_the_page(size: tuple[int, int], tmp_path: Path, shared_data: Path) -> None:
    phone = size[0] < 700
    path = tmp_path / "people.gallery"
    GalleryFile(path).save(bob())
    video = shared_data / "video" / "asl_gestures_again.mkv"
    command = [sys.executable, "-m", "torch_opencv", "recognize", str(video), "--gallery", str(path)]
    command += ["--view", "browser", "--port", "0"]
    (tmp_path / "chromium").mkdir()

    def counts() -> dict[str, int]:
        return {person.name: len(person.faces) for person in GalleryFile(path).load("faceapi").people}

    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as run:
        try:
            assert run.stderr
            address = next(found for line in run.stderr if (found := re.search(r"open (http\S+) in a browser", line)))
            with (
                Chromium(tmp_path / "chromium") as chromium,
                chromium.open(address[1], size=size, dark=phone) as tab,
            ):
                tab.wait_for("!document.querySelector('canvas').hidden")
                tab.wait_for("document.querySelectorAll('#panel input').length === 3")
                tab.key(" ")
                time.sleep(1)
                type_in(tab, "Add or choose", "Zoë 李")
                eventually(lambda: counts() == {"Anna": 0, "Bob": 2, "Zoë 李": 0})
                for count in (1, 2):
                    tap(tab, *FACE, touch=phone)
                    eventually(lambda count=count: counts()["Zoë 李"] == count)  # type: ignore[misc]
                    time.sleep(1)
                tab.wait_for("document.querySelector('#panel').innerText.includes('Delete Zoë 李')")
                type_in(tab, "Rename", "李")
                eventually(lambda: counts() == {"Anna": 0, "Bob": 2, "李": 2})
                tab.wait_for("document.querySelector('#panel').innerText.includes('Delete 李')")
                type_in(tab, "Add or choose", "Anna")
                tab.wait_for("document.querySelector('#panel').innerText.includes('Delete Anna')")
                press_button(tab, "Delete Anna")
                eventually(lambda: counts() == {"Bob": 2, "李": 2})
                press_button(tab, "Recognise")
                tab.wait_for("document.querySelector('#panel').innerText.includes('Label faces')")
                assert tab.ask("document.documentElement.scrollWidth") <= size[0]
                tab.ask("scrollTo(0, 0)")
                assert tab.screenshot(tmp_path / "page.png").stat().st_size > 10_000

                tab.do("Page.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path / "down"))
                tab.click("#panel a[download]")
                eventually((tmp_path / "down" / "people.gallery").exists)
                kept = path.read_bytes()
                eventually(lambda: (tmp_path / "down" / "people.gallery").read_bytes() == kept)
                type_in(tab, "Rename", "Ж")
                eventually(lambda: counts() == {"Ж": 2, "李": 2})
                tab.wait_for("document.querySelector('#panel').innerText.includes('Delete Ж')")
                press_button(tab, "Delete face 1")
                eventually(lambda: counts() == {"Ж": 1, "李": 2})
                give_file(tab, video)
                tab.wait_for("document.querySelector('#status').innerText.includes('no gallery of faces, or damaged')")
                give_file(tab, tmp_path / "down" / "people.gallery")
                tab.wait_for("document.querySelector('#status').innerText === 'added: 1 face, 1 person'")
                assert tab.screenshot(tmp_path / "added.png").stat().st_size > 10_000
                tab.wait_for("document.querySelectorAll('#panel li').length === 3")
                type_in(tab, "Rename", "Bob")  # the same person twice: one
                eventually(lambda: counts() == {"Bob": 2, "李": 2})

                tap(tab, *FACE, touch=phone)
                tab.wait_for("document.querySelector('#panel').innerText.includes('nobody of these')")
                press_button(tab, "It is nobody of these")
                eventually(lambda: counts() == {"Bob": 2, "李": 0})
                assert tab.errors == []
                tab.key("q")
            assert run.wait(PATIENCE_S) == 0
        finally:
            run.kill()


def labels_until_killed(video: Path, gallery: Path, delay_s: float) -> int:
    """Run the program, add Anna's face on the page again and again, and kill it.

    Returns:
        How many faces of Anna's the page has shown at the last.

    """
    command = [sys.executable, "-m", "torch_opencv", "recognize", str(video), "--gallery", str(gallery)]
    command += ["--people", "Anna,Bob", "--view", "browser", "--port", "0"]
    shown = -1
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as run:
        try:
            assert run.stderr
            address = next(found for line in run.stderr if (found := re.search(r"open (http\S+) in a browser", line)))
            with Page(SimpleNamespace(address=address[1])) as page:  # type: ignore[arg-type]
                end = math.inf
                while time.monotonic() < end:
                    message = page.next()
                    if isinstance(message, bytes):
                        continue
                    if message["type"] == "panel":
                        before = shown
                        shown = int(re.search(r"Anna: (\d+)", message["panel"]["rows"][0]["text"])[1])  # type: ignore[index]
                        if 0 <= before < shown and end == math.inf:
                            end = time.monotonic() + delay_s
                    elif message["type"] == "frame":  # after each label that is taken, there is one
                        page.seen(message["number"])
                        for x, y, width, height in (face["box"] for face in message["fields"].get("faces", ())):
                            at = {"x": (x + width / 2) / 640, "y": (y + height / 2) / 480}
                            for double in (False, True):
                                page.say(type="pointer", number=message["number"], **at, double=double)
        finally:
            run.kill()
    return shown


@pytest.mark.data
def test_the_program_is_killed_between_labels(tmp_path: Path, shared_data: Path) -> None:
    path = tmp_path / "people.gallery"
    kept = 0
    for delay_s in (0.0, 0.15):
        shown = labels_until_killed(shared_data / "video" / "asl_gestures_again.mkv", path, delay_s)
        gallery = GalleryFile(path).load("faceapi")
        assert gallery.names == ("Anna", "Bob")
        assert kept < shown <= len(gallery.person("Anna").faces)  # more may have been saved before they could be shown
        kept = len(gallery.person("Anna").faces)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")
def test_killed_between_labels(tmp_path: Path) -> None:
    path = tmp_path / "people.gallery"
    random = torch.Generator().manual_seed(0)
    labelled = 0
    for _ in range(20):
        told, tell = os.pipe()
        child = os.fork()
        if not child:  # it labels until it is killed, and tells of each label that is done
            session = Session(Recognize(["Anna", "Bob"], gallery=path, analyzer=Painted(), track=False), RED, GREEN)
            while True:
                session.double_click(0)
                os.write(tell, b".")
        os.close(tell)
        assert os.read(told, 1)  # it has begun
        done = 1
        time.sleep(float(torch.rand(1, generator=random)) * 0.03)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while more := os.read(told, 65536):
            done += len(more)
        os.close(told)
        anna, other = GalleryFile(path).load("faceapi").people
        assert (anna.name, other.name, len(other.faces)) == ("Anna", "Bob", 0)
        # One more may have been saved before it could be told.
        assert labelled + done <= len(anna.faces) <= labelled + done + 1
        labelled = len(anna.faces)
    session = Session(Recognize(gallery=path, analyzer=Painted(), track=False), RED, GREEN)
    session.keys("2")
    session.double_click(1)
    session.double_click(1)
    session.keys("Enter")
    assert session.names == ["Anna", "Bob"]
    assert [one.name for one in tmp_path.iterdir()] == ["people.gallery"]  # nothing is left of what was cut short

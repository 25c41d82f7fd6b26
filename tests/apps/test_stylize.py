from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from tests.live.doubles import Screen, Shades
from torch_opencv.apps.stylize import Stylize
from torch_opencv.live.events import Choose, Command
from torch_opencv.live.loop import run
from torch_opencv.live.views import AnnotatedFrame, ViewEvent
from torch_opencv.nets import style_network
from torch_opencv.nets.style_network import Style, StyleNetwork
from torch_opencv.vision import ModelError, Stylizer
from torch_opencv.vision.stylize import styles


def _style(path: Path, seed: int) -> Path:
    """A style of random weights."""
    torch.manual_seed(seed)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(style_network.to_bytes(StyleNetwork(), Style(path.stem, "none", 0)))
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("styles")
    return [_style(folder / name, seed) for seed, name in enumerate(("a.safetensors", "b.safetensors"))]


@pytest.fixture(scope="module")
def program(files: list[Path]) -> Stylize:
    return Stylize(files, device="cpu")


@pytest.fixture
def image() -> torch.Tensor:
    return torch.randint(256, (60, 80, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


@pytest.mark.slow
def test_styles_are_switched_between_frames(program: Stylize, image: torch.Tensor) -> None:
    assert program.choices == ("a", "b", *styles.NAMES)
    assert program.chosen == "a"
    first = program.process(image)
    program.choose("b")
    second = program.process(image)
    program.choose("a")
    third = program.process(image)
    assert (first.style, second.style, third.style) == ("a", "b", "a")
    assert torch.equal(first.painting.image, third.painting.image)
    assert not torch.equal(first.painting.image, second.painting.image)
    assert program.summary() == "painted: a (2), b (1)"


class Held:
    """Loads a style once it is let go."""

    def __init__(self) -> None:
        self.loading, self.go = threading.Event(), threading.Event()
        self.asked: list[str | Path] = []

    def __call__(self, style: str | Path) -> Stylizer:
        self.asked.append(style)
        self.loading.set()
        assert self.go.wait(60)
        return Stylizer(style, device="cpu", size=32)


@pytest.fixture
def held() -> Iterator[Held]:
    held = Held()
    yield held
    held.go.set()


def eventually(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.slow
def test_frames_go_on_in_the_old_style_while_a_new_one_is_loaded(
    files: list[Path], image: torch.Tensor, held: Held
) -> None:
    program = Stylize(files[0], device="cpu", size=32)
    program._load = held  # type: ignore[assignment]
    program.choose("the-scream")
    assert held.loading.wait(60)
    assert program.process(image).style == "a"
    assert (program.chosen, program.status) == ("a", "compiling the-scream...")
    held.go.set()
    eventually(lambda: program.chosen == "the-scream")
    assert program.status == ""
    assert program.process(image).style == "the-scream"


@pytest.mark.slow
def test_of_several_styles_that_are_chosen_the_last_one_counts(
    files: list[Path], image: torch.Tensor, held: Held
) -> None:
    program = Stylize(files[0], device="cpu", size=32)
    program._load = held  # type: ignore[assignment]
    program.choose("the-scream")
    assert held.loading.wait(60)
    program.choose("great-wave")
    program.choose("composition-vii")
    assert program.status == "compiling composition-vii..."
    held.go.set()
    eventually(lambda: program.chosen == "composition-vii")
    assert held.asked == ["the-scream", "composition-vii"]
    program.choose("the-scream")  # it was loaded all the same
    assert program.chosen == "the-scream"


@pytest.mark.slow
def test_a_style_can_be_taken_back_while_it_is_loaded(files: list[Path], held: Held) -> None:
    program = Stylize(files[0], device="cpu", size=32)
    program._load = held  # type: ignore[assignment]
    program.choose("the-scream")
    assert held.loading.wait(60)
    program.choose("a")
    assert (program.chosen, program.status) == ("a", "")
    held.go.set()
    eventually(lambda: program._loader is None)
    assert (program.chosen, program.status) == ("a", "")


def test_a_single_image_is_painted_anew_once_the_style_is_there(files: list[Path], held: Held) -> None:
    program = Stylize(files[0], device="cpu", size=32)
    program._load = held  # type: ignore[assignment]

    class Letting(Screen):
        def show(self, frame: AnnotatedFrame) -> None:
            super().show(frame)
            if frame.stats.status:
                held.go.set()

        def events(self) -> list[ViewEvent]:
            painted = self.frames and self.frames[-1].fields.get("style") == "the-scream"
            return [Command("quit")] if painted else super().events()

    source = Shades(1)
    source.still = True
    screen = Letting(asks={5: Choose(program.choices.index("the-scream")), 10**6: Command("quit")})
    run(program, source, views=[screen])
    told = [(frame.stats.chosen, frame.stats.status, frame.fields["style"]) for frame in screen.frames]
    seen = list(dict.fromkeys(told))
    assert seen[:2] == [("a", "", "a"), ("a", "compiling the-scream...", "a")]
    assert seen[-1] == ("the-scream", "", "the-scream")


def test_a_style_that_cannot_be_loaded_leaves_the_old_one(
    files: list[Path], image: torch.Tensor, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    program = Stylize(files[0], device="cpu")
    (tmp_path / "broken.safetensors").write_bytes(b"broken")
    program._named["broken"] = tmp_path / "broken.safetensors"
    program.choose("broken")
    eventually(lambda: program.status == "broken can't be loaded")
    assert program.process(image).style == program.chosen == "a"
    assert "broken.safetensors" in caplog.text
    program.choose("a")
    assert program.status == ""


CLOSING = """
import sys, threading, time
from tests.live.doubles import Screen, Shades
from torch_opencv.apps.stylize import Stylize
from torch_opencv.live.events import Choose, Command
from torch_opencv.live.loop import run
from torch_opencv.live.views import AnnotatedFrame, ViewEvent

program = Stylize(sys.argv[1], device="cpu", size=32)
loading = threading.Event()

def load(style):
    loading.set()
    time.sleep(3600)  # as a compiler does that doesn't listen

program._load = load
program.choose("the-scream")
loading.wait()
program.close()
"""


@pytest.mark.slow
def test_the_process_ends_while_a_style_is_loaded(files: list[Path]) -> None:
    command = [sys.executable, "-c", CLOSING, str(files[0])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""


def test_result_is_written_as_agreed_and_stands_for_the_image(program: Stylize, image: torch.Tensor) -> None:
    result = program.process(image)
    fields = program.fields(result)
    assert list(fields) == ["style", "size", "model_ms"]
    assert fields["style"] == "a"
    assert fields["size"] == [80, 60]
    assert isinstance(fields["model_ms"], float)
    assert fields["model_ms"] > 0
    assert program.replaces_frame
    assert program.draw(image.clone(), result) is result.painting.image


@pytest.mark.slow
def test_files_of_the_same_name_and_of_ours_stay_apart(files: list[Path], tmp_path: Path) -> None:
    other, ours = _style(tmp_path / "a.safetensors", 5), _style(tmp_path / "the-scream.safetensors", 6)
    program = Stylize([files[0], other, ours], device="cpu")
    assert program.choices[:3] == ("a", str(other), "the-scream")
    assert program.choices.count("the-scream") == 1
    assert len(program.choices) == 2 + len(styles.NAMES)


def test_every_style_that_was_named_must_be_there(files: list[Path]) -> None:
    with pytest.raises(ModelError, match="there is no style file"):
        Stylize([files[0], "missing.safetensors"], device="cpu")

"""The seam between a program and the loop: what a program does with a frame, and what it hears from its user."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar, cast

import torch

from torch_opencv.live.checks import to_bgr
from torch_opencv.live.counts import Counts
from torch_opencv.live.events import Event
from torch_opencv.live.panel import Panel

R = TypeVar("R")


class App(ABC, Generic[R]):
    """A program: what it sees in a frame, and how that is drawn.

    Only `process` must be there; everything else has a default.

    Threads: `process`, `process_batch`, `process_sources` and `fields` are called in the model's thread, one call at a
    time; everything else in the main thread, one call at a time, and `choices`, `chosen`, `status` and `replaces_frame`
    are read there. The two run at once. So what `handle` or `choose` changes and `process` reads must be changed as a
    whole: assign one attribute (a new tuple, dict or object), never alter in place what the other thread reads, and
    read it once at the beginning of `process`. `close` and `summary` come when no other call will.

    An app that is `concurrent` lets several threads call `process`, `process_batch`, `process_sources` and `fields` at
    once, for different frames.
    """

    choices: Sequence[str] = ()
    """Names that the user can switch between while it runs; they stay the same for the whole run."""
    chosen: str = ""
    """The choice that the next frame is processed with. Single images are processed again whenever it has changed."""
    status: str = ""
    """What the user should know now, such as "compiling great-wave..."; shown until it is empty again."""
    replaces_frame: bool = False
    """Whether the result is an image of its own that stands for the frame, as a painting of it: then each frame is
    shown with its own result, and never the newest frame with an older one."""

    concurrent: bool = False
    """Whether several frames may be processed at once, in threads of their own: quicker on a CPU where every frame of a
    file is processed. They are shown and written in their order all the same. Read before the run begins."""

    batch_size: int = 1
    """Up to so many images of a folder are given to `process_batch` at once, as they are read while others are
    processed; frames of a video come one by one."""

    @abstractmethod
    def process(self, image: torch.Tensor, /) -> R:
        """What the model says about a frame.

        Args:
            image: torch.uint8 (H, W, 3), BGR, to be left as it is: it is shown, too.

        Returns:
            A result of any type; it reaches `draw` and `fields` as it is.
        """

    def process_batch(self, images: Sequence[torch.Tensor], /) -> Sequence[R]:
        """The same for a frame of each of several sources, or for several images of a folder (see `batch_size`).

        Args:
            images: torch.uint8 (H, W, 3), BGR, of any sizes.

        Returns:
            A result for each, in the same order.
        """
        return [self.process(image) for image in images]

    def process_sources(self, images: Sequence[torch.Tensor], sources: Sequence[int], /) -> Sequence[R]:
        """The same for a program that follows something from frame to frame, and must know of which source each is.

        Args:
            images: of each source one at most, as sources differ in their rates and end one after another.
            sources: each image's: 0, 1, ... in the order in which they were named.

        """
        return self.process_batch(images)

    def draw(self, image: torch.Tensor, result: R, /) -> torch.Tensor:
        """The frame with the result drawn on it.

        Args:
            image: a copy of the frame, torch.uint8 (H, W, 3), BGR, which may be drawn into.
            result: of `process`.

        Returns:
            torch.uint8 (H, W, 3), BGR; grey and BGRA images and arrays of NumPy's are converted. One of another size is
            taken to show the whole frame. What was returned before may still be on its way to the screen: give a new
            one each time.
        """
        return image

    def fields(self, result: R, /) -> Mapping[str, object]:
        """The result as the fields of its JSON line.

        Args:
            result: of `process`.

        Returns:
            What JSON can hold, by name: None, bool, int, float, str, and lists and dicts of them.
        """
        return {}

    def choose(self, name: str, /) -> None:
        """Switch to one of the choices. `chosen` says when it has taken effect.

        Args:
            name: one of `choices`.
        """
        self.chosen = name

    def handle(self, event: Event, /) -> bool:
        """Hear what the user did: a key, a click, a text, a button.

        Args:
            event: one of the four.

        Returns:
            Whether the app has taken it. A key that it takes does nothing else, even if it is one of the loop's own
            (`keys.COMMANDS`); closing the window ends the run in any case. After whatever it takes, the frame that is
            shown is drawn again.
        """
        return False

    def panel(self) -> Panel | None:
        """What is shown beside the frames, if anything. Asked often: give the same object while nothing changed."""
        return None

    def summary(self) -> str:
        """What was seen in the whole run, in a line, which the command line prints at its end; "" for nothing."""
        return ""

    def counts(self) -> Counts | None:
        """New counts, of nothing yet, that say of results' fields what `summary` says of frames; None: there are none.

        With ``--ray`` many processes look at frames, some of which may be killed or are from an earlier run: what they
        have seen is counted by these.
        """
        return None

    def close(self) -> None:
        """Let go of what the app holds: called once, in the main thread, when the run has ended."""


def as_app(program: object) -> App[object]:
    """What `live.run` takes, as an `App`.

    >>> as_app(lambda image: 255 - image).replaces_frame
    True

    Args:
        program: an `App`; an object with the methods ``process`` and ``draw``, and whatever else of an `App`'s it has;
            or a function of an image that returns an image, which is shown in place of the frame.

    Raises:
        TypeError: it is none of these.
    """
    if isinstance(program, type):
        raise TypeError(f"{program.__name__} is a class: give an object of it, {program.__name__}()")
    if isinstance(program, App):
        return program
    if callable(getattr(program, "process", None)) and callable(getattr(program, "draw", None)):
        return _Adapted(program)
    if callable(program):
        return _Function(program)
    raise TypeError(
        f"{type(program).__name__} can't be run: it needs process(image) and draw(image, result), as live.App has; "
        "or give a function of an image that returns an image"
    )


def name_of(program: object) -> str:
    """What an app is called in titles and messages: its class's name, or the function's."""
    own = getattr(program, "own", program) if isinstance(program, _Adapted | _Function) else program
    return str(getattr(own, "__name__", None) or type(own).__name__)


def processing_method(app: App[Any]) -> str:
    """The name of the method that an app has of its own for several images: whatever is wrong with them is there."""
    own = getattr(app.process_sources, "__func__", None) is not App.process_sources
    return "process_sources" if own else "process_batch"


def has_fields(app: App[object]) -> bool:
    """Whether an app says what its results are, so that they can be written."""
    return getattr(app.fields, "__func__", None) is not App.fields


class _Adapted(App[object]):
    """An object that is an app without being an `App`."""

    def __init__(self, own: object) -> None:
        self.own = own
        for name in (
            "process_batch",
            "process_sources",
            "fields",
            "choose",
            "handle",
            "panel",
            "summary",
            "counts",
            "close",
        ):
            if callable(method := getattr(own, name, None)):
                setattr(self, name, method)
        self.choices = getattr(own, "choices", ())
        self.replaces_frame = bool(getattr(own, "replaces_frame", False))
        self.concurrent = bool(getattr(own, "concurrent", False))
        self.batch_size = int(getattr(own, "batch_size", 1))

    @property
    def chosen(self) -> str:
        return str(getattr(self.own, "chosen", ""))

    @chosen.setter
    def chosen(self, name: str) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]  # written, too
        self.own.chosen = name  # type: ignore[attr-defined]  # any object takes attributes, or says that it doesn't

    @property
    def status(self) -> str:
        return str(getattr(self.own, "status", ""))

    @status.setter
    def status(self, text: str) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        self.own.status = text  # type: ignore[attr-defined]

    def process(self, image: torch.Tensor, /) -> object:
        return self.own.process(image)  # type: ignore[attr-defined]  # as_app has seen it

    def draw(self, image: torch.Tensor, result: object, /) -> torch.Tensor:
        return cast(torch.Tensor, self.own.draw(image, result))  # type: ignore[attr-defined]


class _Function(App[object]):
    """A function of an image, which may draw into it, that returns an image."""

    replaces_frame = True

    def __init__(self, own: Callable[..., object]) -> None:
        self.own = own

    def process(self, image: torch.Tensor, /) -> object:
        return to_bgr(self.own(image.clone()), f"{name_of(self)}(image)")

    def draw(self, image: torch.Tensor, result: object, /) -> torch.Tensor:
        return cast(torch.Tensor, result)

"""What becomes of what the user does: the app hears it first, then the loop obeys its own commands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch_opencv.live.app import App
from torch_opencv.live.choices import Choices
from torch_opencv.live.events import Choose, Command, Event, Key, Seek
from torch_opencv.live.keys import command_of
from torch_opencv.live.rate_limit import RateLimit
from torch_opencv.live.recorder import Recorder
from torch_opencv.live.saving import save_snapshot
from torch_opencv.live.views import AnnotatedFrame, Pointer, View, ViewEvent

_MOST_SNAPSHOTS = 100  # that are spoken of: every page hears of all of them with every frame


class Controls:
    """What the user has switched.

    Args:
        app: hears every event, and may take it.
        views: where the events come from.
        recorder: is switched on and off.
        hud: whether the figures are shown from the start.

    """

    def __init__(self, app: App[Any], views: Sequence[View], recorder: Recorder, *, hud: bool) -> None:
        self._app, self._views, self._recorder = app, views, recorder
        self.choices = Choices(app)
        self.hud = hud
        self.paused = False
        self.quit = False
        self.snapshots: tuple[Path, ...] = ()
        """The files that were saved, or the last of them."""
        # Of all together: each is a file.
        self._snapshots_allowed, self._toggles = RateLimit(2, at_once=10), RateLimit(0.5, at_once=10)
        self.seek: float | None = None
        """Where the user wants to go on from, in seconds; whoever does that sets it back to None."""
        self.app_changed = False
        """Whether the app has taken an event; whoever draws it again sets it back to False."""

    def obey(self, shown: AnnotatedFrame | None) -> None:
        """Do what the user asked for in the views since the last call.

        Args:
            shown: what a snapshot is of.

        """
        for view in self._views:
            for event in view.events():
                self._take(event, shown)

    def _take(self, event: ViewEvent, shown: AnnotatedFrame | None) -> None:
        if isinstance(event, Command | Choose | Seek):
            self._do(event, shown)
            return
        heard: Event | None = event.click() if isinstance(event, Pointer) else event
        if heard is None:
            return
        if self._app.handle(heard):
            self.app_changed = True
        elif isinstance(heard, Key) and (command := command_of(heard.key)):
            if isinstance(command, Command):
                command = Command(command.name, heard.allowance)
            self._do(command, shown)

    def _do(self, command: Command | Choose | Seek, shown: AnnotatedFrame | None) -> None:
        match command:
            case Command("quit"):
                self.quit = True
            case Command("pause"):
                self.paused = not self.paused
            case Command("hud"):
                self.hud = not self.hud
            case Command("record", allowance):
                if (not allowance or allowance.recordings.allows()) and self._toggles.allows():
                    self._recorder.toggle()
            case Command("snapshot", allowance):
                if not shown or (allowance and not allowance.snapshots.allows()):
                    return
                if self._snapshots_allowed.allows() and (path := save_snapshot(shown.image)):
                    self.snapshots = (*self.snapshots, path)[-_MOST_SNAPSHOTS:]
            case Command("next"):
                self.choices.step(1)
            case Command("previous"):
                self.choices.step(-1)
            case Command("replay"):
                self.seek = 0.0
            case Choose(number):
                self.choices.choose(number)
            case Seek(position):
                self.seek = position

"""The loop's third stage, in the main thread: it draws results on frames, shows and records, and obeys the user."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

import torch

import torch_opencv as cv
from torch_opencv.live.choices import Choices
from torch_opencv.live.grid import Grid
from torch_opencv.live.hud import Rate, draw_hud
from torch_opencv.live.pipeline import App, FrameResult, Pipeline
from torch_opencv.live.recorder import Recorder, free_name
from torch_opencv.live.sources import Frame, Source
from torch_opencv.live.views import Choose, Command, Picture, RunState, Stats, View

R = TypeVar("R")

_log = logging.getLogger(__name__)

_TICK_S = 1 / 60  # how long the user waits at most until a command is heard
_IDLE_S = 0.2  # without a new picture for so long, the last one is shown again if there is news about it
_PATIENCE_S = 2.0  # for what the model is looking at when the run is ended
_LATE_S = 0.25  # a file that is shown so much too late goes on from there, rather than hurry to catch up


class Display(Generic[R]):
    """What is shown and recorded.

    Args:
        app: whose `draw` is called.
        sources: what the pictures are of; several make a grid.
        pipeline: where frames and results come from.
        latest: the way in which they are handed on.
        views: where the pictures are shown.
        recorder: where they are recorded.
        hud: show the figures from the start.

    """

    def __init__(
        self,
        app: App[R],
        sources: Sequence[Source],
        pipeline: Pipeline[R],
        *,
        latest: bool,
        views: Sequence[View],
        recorder: Recorder,
        hud: bool,
    ) -> None:
        self._app, self._sources, self._pipeline = app, sources, pipeline
        self._latest, self._views, self._recorder, self._hud = latest, views, recorder, hud
        self._paced = bool(views) and not latest and not any(source.live for source in sources)
        self._grid = Grid(len(sources)) if len(sources) > 1 else None
        self._choices = Choices(app)
        self._paused = self._quit = False
        self._choice_is_new = False  # since the model last looked at single pictures
        self._frames: dict[int, Frame] = {}  # each source's newest
        self._results: dict[int, FrameResult[R]] = {}  # and its newest result
        self._drawn: dict[int, tuple[Frame, FrameResult[R] | None, torch.Tensor]] = {}
        self._next: list[FrameResult[R]] | None = None  # taken, but its time hasn't come
        self._begin: float | None = None  # when a file's time 0 was, or would have been, shown
        self._shown: Picture | None = None
        self._plain: torch.Tensor | None = None  # what was shown, without the HUD
        self._news: tuple[object, ...] = ()
        self._shown_at = 0.0
        self._display_rate, self._model_rate = Rate(), Rate()
        self.processed = 0
        """How many frames the model has looked at."""
        self.pictures = 0
        """How many pictures were shown or recorded."""

    def run(self, ended: Callable[[], bool], progress: Callable[[int], None]) -> bool:
        """Show everything there is.

        Args:
            ended: asked all the time whether to end now.
            progress: told how many frames of all sources are done.

        Returns:
            Whether everything was shown; False if the user quit, or `ended` said so.

        """
        step = self._show_latest if self._latest else self._show_next
        while self._obey() and not ended():
            if not step():
                if not self._views or not all(source.still for source in self._sources):
                    return True
                self._reprocess()
                time.sleep(_TICK_S)  # single pictures stay until the user quits
            self._refresh()
            progress(sum(frame.index + 1 for frame in self._frames.values()))
        return False

    def finish(self) -> None:
        """Record what the model had already looked at when the run was ended, so that recording and results agree."""
        batch, self._next = self._next, None
        deadline = time.monotonic() + _PATIENCE_S
        while batch or (not self._pipeline.processed.ended and time.monotonic() < deadline):
            if batch and not self._latest:
                self._advance(batch, seen=False)
            batch = self._take()

    @property
    def _wanted(self) -> bool:
        return bool(self._views) or self._recorder.on

    # --- every ---

    def _show_next(self) -> bool:
        """Show the next batch if its time has come; False if there is none left."""
        if self._next is None:
            self._next = self._take()
            if self._next is None:
                return not self._pipeline.processed.ended
        if self._paused:
            self._begin = None
            time.sleep(_TICK_S)
        elif self._is_due(max(one.frame.time for one in self._next)):
            batch, self._next = self._next, None
            self._advance(batch)
        return True

    def _is_due(self, position: float) -> bool:
        if not self._paced:
            return True
        now = time.monotonic()
        if self._begin is None or now - (self._begin + position) > _LATE_S:
            self._begin = now - position
        early = self._begin + position - now
        if early > 0:
            time.sleep(min(early, _TICK_S))
        return early <= 0

    def _advance(self, batch: Sequence[FrameResult[R]], *, seen: bool = True) -> None:
        for one in batch:
            self._frames[one.source], self._results[one.source] = one.frame, one
        if self._wanted:
            self._present([one.frame for one in batch], seen=seen)

    # --- latest ---

    def _show_latest(self) -> bool:
        """Show what is new, if anything is; False if nothing will be any more."""
        pipeline = self._pipeline
        if self._grid:  # so that frames that come nearly together make one picture
            time.sleep(max(0.0, self._shown_at + _TICK_S - time.monotonic()))
        with pipeline.changed:
            pipeline.changed.wait_for(
                lambda: (
                    pipeline.processed.ready or pipeline.processed.ended or any(box.ready for box in pipeline.frames)
                ),
                _TICK_S,
            )
        looked: dict[int, Frame] = {}
        while batch := self._take(wait=False):
            looked |= {one.source: one.frame for one in batch}
        fresh = {number: frame for number, box in enumerate(pipeline.frames) if (frame := box.take())}
        if not pipeline.frames:  # the results are what is shown
            fresh = looked
        self._frames.update(fresh)
        if fresh and self._wanted:
            self._present(list(fresh.values()), seen=not self._paused)
        return bool(fresh) or not pipeline.processed.ended

    # --- both ---

    def _take(self, *, wait: bool = True) -> list[FrameResult[R]] | None:
        """What the model has looked at; waits for it for a tick at most, or until there is no more."""
        pipeline = self._pipeline
        if wait:
            with pipeline.changed:
                pipeline.changed.wait_for(lambda: pipeline.processed.ready or pipeline.processed.ended, _TICK_S)
        batch = pipeline.processed.take()
        for one in batch or ():
            self.processed += 1
            self._model_rate.count()
            if self._latest:
                self._results[one.source] = one
        return batch

    def _present(self, fresh: Sequence[Frame], *, seen: bool) -> None:
        """Show and record a new picture."""
        picture = self._compose({number: self._annotated(number) for number in self._frames})
        newest = max(fresh, key=lambda frame: frame.captured)
        if self._recorder.on:
            both = self._recorder.both
            original = self._compose({n: frame.image for n, frame in self._frames.items()}) if both else None
            self._recorder.write(picture, original, time=self._position(fresh))
        self.pictures += 1
        self._display_rate.count()
        if seen and self._views:
            self._show(picture, newest)

    def _position(self, fresh: Sequence[Frame]) -> float:
        """When a picture is shown in a recording: at the frame's time, but several live sources' clocks differ."""
        if self._grid and self._latest:
            return max(frame.captured for frame in fresh)
        return max(frame.time for frame in fresh)

    def _annotated(self, number: int) -> torch.Tensor:
        """A source's newest frame with its newest result drawn on it."""
        frame, result = self._frames[number], self._results.get(number)
        drawn = self._drawn.get(number)
        if drawn and drawn[0] is frame and drawn[1] is result:
            return drawn[2]
        image = frame.image
        if result and result.frame.image.shape == image.shape:  # otherwise its places mean nothing here
            image = self._app.draw(image.clone(), result.result)
        self._drawn[number] = frame, result, image
        return image

    def _compose(self, images: Mapping[int, torch.Tensor]) -> torch.Tensor:
        if self._grid is None:
            return images[0]
        labels = [s.name if s.state == "live" else f"{s.name}: {s.state}" for s in self._sources]
        return self._grid.picture(images, labels)

    def _show(self, plain: torch.Tensor, frame: Frame) -> None:
        stats = Stats(
            state=self._state,
            display_fps=self._display_rate.per_second,
            model_fps=self._model_rate.per_second,
            latency_ms=(time.monotonic() - frame.captured) * 1000,
            dropped=self._pipeline.dropped,
            recording=self._recorder.on,
            choices=self._choices.names,
            chosen=self._choices.chosen,
        )
        self._plain, self._news, self._shown_at = plain, self._all_news(), time.monotonic()
        image = draw_hud(plain, stats, figures=self._hud, note=self._choices.note)
        fields = self._shown.fields if self._paused and self._shown else self._fields()  # they are frozen together
        self._shown = Picture(image, frame, fields, stats)
        for view in self._views:
            view.show(self._shown)

    @property
    def _state(self) -> RunState:
        if self._paused:
            return "paused"
        states = [source.state for source in self._sources]
        return "live" if "live" in states else states[0]

    def _fields(self) -> Mapping[str, object]:
        if self._grid is None:
            return self._results[0].fields if self._results else {}
        return {self._sources[number].name: result.fields for number, result in self._results.items()}

    # --- without a new picture ---

    def _reprocess(self) -> None:
        """Look at single pictures with what was chosen since; there are no frames to come that would show it."""
        if self._choice_is_new and self._pipeline.reprocess(self._frames):
            self._choice_is_new = False
        for one in self._pipeline.reprocessed.take() or ():
            self._results[one.source] = one

    def _all_news(self) -> tuple[object, ...]:
        state = [source.state for source in self._sources]
        said = self._choices.chosen, self._choices.note
        results = () if self._paused else tuple(self._results.values())
        return self._paused, self._hud, state, said, (self._recorder.on, results)

    def _refresh(self) -> None:
        """Show the last picture again if there is news about it: a state, a command, a late result, figures."""
        if self._shown is None or self._plain is None:
            return
        news = self._all_news()
        idle = time.monotonic() - self._shown_at > _IDLE_S
        if news[:-1] != self._news[:-1] or (idle and (self._hud or news != self._news)):
            plain = self._plain
            if (self._latest or self._pipeline.processed.ended) and not self._paused:
                plain = self._compose({number: self._annotated(number) for number in self._frames})
            self._show(plain, self._shown.frame)

    # --- commands ---

    def _obey(self) -> bool:
        """Do what the user asked for; False if that is to quit."""
        for view in self._views:
            for command in view.commands():
                self._do(command)
        return not self._quit

    def _do(self, command: Command) -> None:
        match command:
            case "quit":
                self._quit = True
            case "pause":
                self._paused = not self._paused
            case "hud":
                self._hud = not self._hud
            case "record":
                self._recorder.toggle()
            case "snapshot":
                if self._shown:
                    _save(self._shown.image)
            case "next" | "previous":
                self._choice_is_new |= self._choices.step(1 if command == "next" else -1)
            case Choose(number):
                self._choice_is_new |= self._choices.choose(number)


def _save(image: torch.Tensor) -> None:
    path = free_name("snapshot", ".png")
    try:
        path.write_bytes(cv.imencode(".png", image)[1].numpy().tobytes())
    except OSError as error:
        _log.warning("no snapshot: %s can't be written: %s", path, error.strerror)
    else:
        _log.info("snapshot saved as %s", path)

"""The loop's third stage, in the main thread: it shows and records what the model has processed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Generic, TypeVar

import torch

from torch_opencv.live.app import App
from torch_opencv.live.composer import Composer
from torch_opencv.live.controls import Controls
from torch_opencv.live.hud import Rate, draw_hud
from torch_opencv.live.pacing import TICK_S, Pacing
from torch_opencv.live.panel import Panel
from torch_opencv.live.pipeline import FrameResult, Pipeline
from torch_opencv.live.recorder import Recorder
from torch_opencv.live.sources import Frame, Source
from torch_opencv.live.views import AnnotatedFrame, RunState, Stats, Tile, View

R = TypeVar("R")

_IDLE_S = 0.2  # without a new frame for so long, the last one is shown again if there is news about it
_PATIENCE_S = 2.0  # for what the model is processing when the run is ended
_PANEL_S = 0.1  # between two panels


class Display(Generic[R]):
    """What is shown and recorded. It opens nothing and closes nothing: `loop.run` does.

    Args:
        app: the program.
        sources: what the frames are of.
        pipeline: where frames and results come from.
        controls: what the user has switched.
        latest: the way in which frames are handed on.
        views: where they are shown.
        recorder: where they are recorded.
        stays: whether to stay on the last frame when the sources have ended, until the user quits.
        seeks: whether the user may seek in the sources.

    """

    def __init__(
        self,
        app: App[R],
        sources: Sequence[Source],
        pipeline: Pipeline[R],
        controls: Controls,
        *,
        latest: bool,
        views: Sequence[View],
        recorder: Recorder,
        stays: bool,
        seeks: bool,
    ) -> None:
        self._app, self._sources, self._pipeline, self._controls = app, sources, pipeline, controls
        self._latest, self._views, self._recorder = latest, views, recorder
        self._stays, self._seeks = stays, seeks
        self._pacing = Pacing(on=bool(views) and not latest and not any(source.live for source in sources))
        self._composer = Composer(app, sources)
        self._several = len(sources) > 1
        self._processed_with = controls.choices.chosen  # what single images were last processed with
        self._ended = False  # there are no more frames to come
        self._frames: dict[int, Frame] = {}  # each source's newest
        self._results: dict[int, FrameResult[R]] = {}  # and its newest result
        self._next: list[FrameResult[R]] | None = None  # taken, but its time hasn't come
        self._shown: AnnotatedFrame | None = None
        self._plain: torch.Tensor | None = None  # what was shown, without the HUD
        self._plain_of: dict[int, Frame] = {}  # the frames in it
        self._plain_with: dict[int, FrameResult[R]] = {}  # and their results
        self._tiles: tuple[Tile, ...] = ()  # and where they are
        self._news: tuple[object, ...] = ()
        self._shown_at = 0.0
        self._panel: Panel | None = None
        self._panel_at = 0.0
        self._display_rate, self._model_rate = Rate(), Rate()
        self.processed = 0
        """How many frames the model has processed."""
        self.shown = 0
        """How many frames, or grids of them, were shown or recorded."""

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
                if not self._stays:
                    return True
                self._ended = True
                self._reprocess()
                time.sleep(TICK_S)
            self._refresh()
            self._show_panel()
            progress(sum(frame.index + 1 for frame in self._frames.values()))
        return False

    def finish(self) -> None:
        """Record what the model had already processed when the run was ended, so that recording and results agree."""
        batch, self._next = self._next, None
        deadline = time.monotonic() + _PATIENCE_S
        while batch or (not self._pipeline.processed.ended and time.monotonic() < deadline):
            if batch and not self._latest:
                self._advance(batch, seen=False)
            batch = self._take()

    def _obey(self) -> bool:
        """Do what the user asked for; False if that is to quit."""
        controls = self._controls
        controls.obey(self._shown)
        if controls.seek is not None:
            position, controls.seek = controls.seek, None
            if self._seeks and not controls.quit:
                self._seek(position)
        return not controls.quit

    def _seek(self, position: float) -> None:
        if self._pipeline.seek(position):
            self._next, self._ended, self._controls.paused = None, False, False
            self._results.clear()
            self._pacing.restart()

    # --- every ---

    def _show_next(self) -> bool:
        """Show the next batch if its time has come; False if there is none left."""
        if self._next is None:
            self._next = self._take()
            if self._next is None:
                return not self._pipeline.processed.ended
        if self._controls.paused:
            self._pacing.restart()
            time.sleep(TICK_S)
        elif self._pacing.is_due(max(one.frame.time for one in self._next)):
            batch, self._next = self._next, None
            self._advance(batch)
        return True

    def _advance(self, batch: Sequence[FrameResult[R]], *, seen: bool = True) -> None:
        for one in batch:
            self._frames[one.source], self._results[one.source] = one.frame, one
        self._present([one.frame for one in batch], seen=seen)

    # --- latest ---

    def _show_latest(self) -> bool:
        """Show what is new, if anything is; False if nothing will be any more."""
        pipeline = self._pipeline
        if self._several:  # so that frames that come nearly together make one grid
            time.sleep(max(0.0, self._shown_at + TICK_S - time.monotonic()))
        with pipeline.changed:
            pipeline.changed.wait_for(
                lambda: (
                    pipeline.processed.ready or pipeline.processed.ended or any(box.ready for box in pipeline.frames)
                ),
                TICK_S,
            )
        processed: dict[int, Frame] = {}
        while batch := self._take(wait=False):
            processed |= {one.source: one.frame for one in batch}
        fresh = {number: frame for number, box in enumerate(pipeline.frames) if (frame := box.take())}
        if not pipeline.frames:  # the results are what is shown
            fresh = processed
        self._frames.update(fresh)
        if fresh:
            self._present(list(fresh.values()), seen=not self._controls.paused)
        return bool(fresh) or not pipeline.processed.ended

    # --- both ---

    def _take(self, *, wait: bool = True) -> list[FrameResult[R]] | None:
        """What the model has processed; waits for it for a tick at most, or until there is no more."""
        pipeline = self._pipeline
        if wait:
            with pipeline.changed:
                pipeline.changed.wait_for(lambda: pipeline.processed.ready or pipeline.processed.ended, TICK_S)
        batch = pipeline.processed.take()
        for one in batch or ():
            self.processed += 1
            self._model_rate.count()
            if self._latest:
                self._results[one.source] = one
        return batch

    def _present(self, fresh: Sequence[Frame], *, seen: bool) -> None:
        """Show and record what is new, if anybody wants it."""
        if not self._views and not self._recorder.on:
            return
        image, tiles = self._composer.annotated(self._frames, self._results)
        if self._recorder.on:
            original = self._composer.original(self._frames) if self._recorder.both else None
            self._recorder.write(image, original, time=self._recorded_at(fresh))
        self.shown += 1
        self._display_rate.count()
        if seen and self._views:
            self._plain, self._tiles = image, tiles
            self._plain_of, self._plain_with = dict(self._frames), dict(self._results)
            self._show(max(fresh, key=lambda frame: frame.captured))

    def _recorded_at(self, fresh: Sequence[Frame]) -> float:
        """When a frame is shown in a recording: at its own time, but several live sources' clocks differ."""
        if self._several and self._latest:
            return max(frame.captured for frame in fresh)
        return max(frame.time for frame in fresh)

    def _show(self, frame: Frame) -> None:
        """Give the views what there is now, with the figures and the app's status on it."""
        assert self._plain is not None
        controls = self._controls
        stats = Stats(
            state=self._state,
            display_fps=self._display_rate.per_second,
            model_fps=self._model_rate.per_second,
            latency_ms=(time.monotonic() - frame.captured) * 1000,
            dropped=self._pipeline.dropped,
            recording=self._recorder.on,
            choices=controls.choices.names,
            chosen=controls.choices.chosen,
            status=self._app.status,
            position=max(one.time for one in self._plain_of.values()) if self._seeks else None,
            duration=self._duration if self._seeks else None,
            hud=controls.hud,
            recording_path=self._recorder.path,
            files=self._saved,
        )
        self._news, self._shown_at = self._all_news(), time.monotonic()
        image = draw_hud(self._plain, stats, figures=controls.hud, note=controls.choices.note)
        self._shown = AnnotatedFrame(image, frame, self._fields(), stats, self._tiles)
        for view in self._views:
            view.show(self._shown)

    @property
    def _duration(self) -> float | None:
        known = [source.duration for source in self._sources if source.duration is not None]
        return max(known, default=None)

    @property
    def _state(self) -> RunState:
        if self._ended and self._seeks:
            return "ended"
        if self._controls.paused:
            return "paused"
        states: list[RunState] = [source.state for source in self._sources]
        return "live" if "live" in states else states[0]

    def _fields(self) -> Mapping[str, object]:
        results = self._results
        if self._controls.paused:  # what is said beside a frame stands still with it
            results = self._plain_with
        if not self._several:
            return results[0].fields if results else {}
        return {self._sources[number].name: result.fields for number, result in results.items()}

    # --- without a new frame ---

    def _reprocess(self) -> None:
        """Process single images with what was chosen since; there are no frames to come that would show it."""
        chosen = self._controls.choices.chosen
        if chosen != self._processed_with and self._pipeline.reprocess(self._frames):
            self._processed_with = chosen
        for one in self._pipeline.reprocessed.take() or ():
            self._results[one.source] = one

    @property
    def _saved(self) -> tuple[Path, ...]:
        return (*self._controls.snapshots, *self._recorder.finished)

    def _all_news(self) -> tuple[object, ...]:
        controls = self._controls
        source_states = [source.state for source in self._sources]
        said = controls.choices.chosen, controls.choices.note, self._app.status
        results = () if controls.paused else tuple(self._results.values())
        return self._state, controls.hud, source_states, said, (self._recorder.on, results, self._saved)

    def _refresh(self) -> None:
        """Show the last frame again if there is news about it: a state, a command, a late result, figures."""
        if self._shown is None:
            return
        changed, self._controls.app_changed = self._controls.app_changed, False
        if changed:
            self._composer.forget()
        news = self._all_news()
        idle = time.monotonic() - self._shown_at > _IDLE_S
        if changed or news[:-1] != self._news[:-1] or (idle and (self._controls.hud or news != self._news)):
            if (self._latest or self._pipeline.processed.ended) and not self._controls.paused and self._frames:
                self._plain_of, self._plain_with = dict(self._frames), dict(self._results)
            self._plain, self._tiles = self._composer.annotated(self._plain_of, self._plain_with)
            self._show(self._shown.frame)

    def _show_panel(self) -> None:
        """Show the app's panel if it is another one than before."""
        now = time.monotonic()
        if not self._views or now - self._panel_at < _PANEL_S:
            return
        panel = self._app.panel()
        if panel is not self._panel:
            self._panel, self._panel_at = panel, now
            for view in self._views:
                view.show_panel(panel)

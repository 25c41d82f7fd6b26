"""Capture and model: the two of the loop's three stages that have threads of their own.

Two ways of handing frames on, and each is a line of mailboxes:

- every: capture -> all -> model -> all -> display. Each frame is processed and shown with its own result, in order; the
  slowest stage sets the pace, and the others work ahead by a few frames. The model may have several threads then, which
  take turns (`App.concurrent`).
- latest: capture -> newest -> model -> display, and capture -> newest -> display. Neither the model nor the display
  ever sees an old frame or waits for the other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from math import inf
from threading import Condition, Event, Lock, Thread
from typing import Generic, TypeVar

import torch

from torch_opencv.live.app import App, name_of, processing_method
from torch_opencv.live.checks import check_unchanged, to_fields, to_results
from torch_opencv.live.mailbox import Mailbox
from torch_opencv.live.results import Results
from torch_opencv.live.sources import Frame, Source
from torch_opencv.runtime import own_streams, shared_out, threads_per_call

R = TypeVar("R")

_PATIENCE_S = 0.5  # for a capture to come back from the source before that is closed under it
_SEEK_PATIENCE_S = 10.0  # for the model to come back from a frame before it goes on elsewhere
_COMPARED = 3  # frames that are compared with a copy after the app has had them
_LAST_PATIENCE_S = 2.0  # for everything to end; a thread that doesn't is left behind, and ends with the process


@dataclass(frozen=True, eq=False, slots=True)
class FrameResult(Generic[R]):
    """A frame that the model has processed."""

    source: int
    """Which of the sources it is from: 0, 1, ..."""
    frame: Frame
    result: R
    fields: Mapping[str, object]
    """The result as in its JSON line."""


class Pipeline(Generic[R]):
    """The threads that read the sources and process their frames, and what they hand to the display.

    Args:
        app: whose `process_sources` and `fields` are called.
        sources: read by a thread each.
        results: where a line for each result goes; those after a `seek` aren't written.
        latest: the way of handing on.
        display: whether the newest frames are shown, so that somebody takes `frames`.
        max_frames: stop after so many of each source were processed.

    """

    def __init__(
        self,
        app: App[R],
        sources: Sequence[Source],
        *,
        results: Results | None,
        latest: bool,
        display: bool,
        max_frames: int | None,
    ) -> None:
        self._app, self._sources, self._results = app, sources, results
        self._name = name_of(app)
        self._method = f"{self._name}.{processing_method(app)}"
        self._latest, self._max_frames = latest, max_frames
        self._shows_newest = latest and display
        alone = not latest and len(sources) == 1 and sources[0].still
        self._together = app.batch_size if alone else 1
        self._tolerance = 0.5 / max(source.fps or 25.0 for source in sources)
        self._closed = False
        self._dropped_before = 0  # up to the last `seek`
        self._to_be_compared = _COMPARED
        self.changed = Condition()
        """Is notified when there is something for the display."""
        self._prepare()

    def _prepare(self) -> None:
        """Make the mailboxes and the threads for one way through the sources."""
        count = len(self._sources)
        self.processed: Mailbox[list[FrameResult[R]]] = Mailbox(self.changed, keep="all")
        """What the model has processed, for the display: frames of one batch, of a source each."""
        self.reprocessed: Mailbox[list[FrameResult[R]]] = Mailbox(self.changed, keep="newest")
        """What comes of `reprocess`."""
        shown = count if self._shows_newest else 0
        self.frames: list[Mailbox[Frame]] = [Mailbox(self.changed, keep="newest") for _ in range(shown)]
        """Where the newest frame is shown, each source's, for the display; else empty."""
        self._to_model: list[Mailbox[Frame]] = [
            Mailbox(self.changed, keep="newest" if self._latest else "all") for _ in range(count)
        ]
        self._stopping = Event()
        self._captures = [
            Thread(target=self._capture, args=(i,), name=f"capture {i}", daemon=True) for i in range(count)
        ]
        several, threads = shared_out() if self._app.concurrent and not self._latest else (1, None)
        self._models = [
            Thread(target=self._run_model, args=(threads,), name="model", daemon=True) for _ in range(several)
        ]
        self._left = islice(self._batches(), self._max_frames if self._latest else None)
        self._taking, self._taken = Lock(), 0
        self._turns, self._turn = Condition(), 0
        self._model_ended = False

    @property
    def dropped(self) -> int:
        """How many frames were thrown away so far: neither shown nor, where nothing is shown, processed."""
        here = sum(box.dropped for box in self.frames or self._to_model)
        return self._dropped_before + here + sum(one.dropped for one in self._sources)

    def start(self) -> None:
        """Let the threads begin."""
        for thread in (*self._captures, *self._models):
            thread.start()

    def stop(self) -> None:
        """Let the threads end. What was processed but not taken yet can still be taken, until `processed` has ended."""
        self._stopping.set()
        for box in (*self._to_model, *self.frames):
            box.close()

    def seek(self, position: float) -> bool:
        """Go on from another position of the sources, all of which are `seekable`; what waits is thrown away.

        Returns:
            Whether it was done. Not if the model doesn't come back from a frame within `_SEEK_PATIENCE_S`: the run
            goes on then as if the sources had ended.

        """
        self.stop()
        self.processed.close()
        self._join(_SEEK_PATIENCE_S)
        if any(thread.is_alive() for thread in (*self._captures, *self._models)):
            return False
        self._dropped_before += sum(box.dropped for box in self.frames or self._to_model)
        self._results = None
        for source in self._sources:
            source.seek(position)
        self._prepare()
        self.start()
        return True

    def reprocess(self, frames: Mapping[int, Frame]) -> bool:
        """Let the model process frames again, by their sources' numbers; no lines are written about it.

        False, and nothing is done, while it is still at it, as the app is never asked twice at a time.
        """
        if any(thread.is_alive() for thread in self._models):
            return False
        again = Thread(target=self._run_model_again, args=(sorted(frames.items()),), name="model", daemon=True)
        self._models = [again]
        again.start()
        return True

    def close(self) -> None:
        """End the threads and close the sources, for good. A source whose read hangs is closed under it."""
        self.stop()
        self.processed.close()
        with ExitStack() as stack:
            stack.callback(self._join, _LAST_PATIENCE_S)
            for source in self._sources:
                stack.callback(source.close)
            self._join(_PATIENCE_S)
            self._closed = True

    def _join(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        for thread in (*self._captures, *self._models):
            if thread.ident is not None:  # it was started
                thread.join(max(0.0, deadline - time.monotonic()))

    # --- capture ---

    def _capture(self, number: int) -> None:
        source = self._sources[number]
        boxes = [self._to_model[number], *self.frames[number : number + 1]]
        limit = None if self._latest else self._max_frames  # where each is processed, none is read in vain
        capture(source, boxes, paced=self._latest and not source.live, limit=limit, stopping=self._stopping)

    # --- model ---

    def _run_model(self, threads: int | None) -> None:
        """Process batches until there are no more: what each of the model's threads does."""
        with ExitStack() as stack:
            try:
                stack.enter_context(torch.no_grad())  # this and the streams are each thread's own
                wait = stack.enter_context(own_streams())
                if threads:
                    stack.enter_context(threads_per_call(threads))
                while self._run_turn(wait):
                    pass
            except BaseException as error:
                self.processed.finish(error)

    def _run_turn(self, wait: Callable[[], None]) -> bool:
        """Process a batch, and hand its results on once those of all earlier ones are; False if it was the last."""
        batch: list[tuple[int, Frame]] | None = None
        done: list[FrameResult[R]] = []
        error: BaseException | None = None
        with self._taking:
            turn, self._taken = self._taken, self._taken + 1
            try:
                batch = next(self._left, None)
            except BaseException as raised:  # what has ended a source
                error = raised
        if batch is not None:
            try:
                done = self._process(batch)
                wait()  # as the display, on another stream, may read a result that is still on its way
            except BaseException as raised:
                error = raised
        with self._turns:
            self._turns.wait_for(lambda: self._turn == turn)
        try:
            if not self._model_ended:
                self._hand_on(done, error, last=batch is None)
        finally:
            with self._turns:
                self._turn += 1
                self._turns.notify_all()
        return not self._model_ended

    def _hand_on(self, done: list[FrameResult[R]], error: BaseException | None, *, last: bool) -> None:
        try:
            if error is None and not last:
                for one in done:
                    if self._results is not None and not self._closed:  # then the results are, too
                        self._results.write(one.frame, one.fields)
                for shown in [done] if self._together == 1 else [[one] for one in done]:
                    self.processed.put(shown)
                return
        except BaseException as raised:
            error = raised
        self._model_ended = True
        self.processed.finish(error)

    def _run_model_again(self, batch: Sequence[tuple[int, Frame]]) -> None:
        try:
            with torch.no_grad(), own_streams() as wait:
                done = self._process(batch)
                wait()
                self.reprocessed.put(done)
        except BaseException as raised:
            self.reprocessed.finish(raised)

    def _batches(self) -> Iterator[list[tuple[int, Frame]]]:
        """The frames to be processed together: of each source one at most, with its number; or several images."""
        waiting: dict[int, Frame] = {}
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self._can_process(waiting))
                for number, box in enumerate(self._to_model):
                    if number not in waiting and (frame := box.take()):
                        waiting[number] = frame
            if not waiting or self._stopping.is_set():
                return
            # Where none is skipped, sources may differ in their rates: each frame has its turn when its time has come.
            until = inf if self._latest else min(frame.time for frame in waiting.values()) + self._tolerance
            batch = [(number, waiting.pop(number)) for number in sorted(waiting) if waiting[number].time <= until]
            # Whatever else was read meanwhile: that is as much as the model is slower, and none is waited for.
            while len(batch) < self._together and self._to_model[0].has_item and (frame := self._to_model[0].take()):
                batch.append((0, frame))
            yield batch

    def _can_process(self, waiting: Mapping[int, Frame]) -> bool:
        if all(box.ended for box in self._to_model):
            return True
        if self._latest:
            return any(box.ready for box in self._to_model)
        return all(number in waiting or box.ready or box.ended for number, box in enumerate(self._to_model))

    def _process(self, batch: Sequence[tuple[int, Frame]]) -> list[FrameResult[R]]:
        images = [frame.image for _, frame in batch]
        versions = [image._version for image in images]
        self._to_be_compared -= 1  # what NumPy does in place, PyTorch doesn't count
        copies = [image.clone() if self._to_be_compared >= 0 else None for image in images]
        numbers = [number for number, _ in batch]
        given = self._app.process_batch(images) if self._together > 1 else self._app.process_sources(images, numbers)
        answers: list[R] = to_results(given, len(images), self._method)
        for image, version, copy in zip(images, versions, copies, strict=True):
            check_unchanged(image, version, copy, f"{self._name}.process")
        return [
            FrameResult(number, frame, answer, to_fields(self._app.fields(answer), f"{self._name}.fields"))
            for (number, frame), answer in zip(batch, answers, strict=True)
        ]


def capture(
    source: Source, boxes: Sequence[Mailbox[Frame]], *, paced: bool, limit: int | None, stopping: Event
) -> None:
    """Read a source to its end, or until a mailbox is closed: what a capture thread does.

    Args:
        source: what is read.
        boxes: where each frame is put.
        paced: hold each frame back until its time has come, as if it were captured then.
        limit: read no more than so many frames.
        stopping: ends the holding back.

    """
    error: BaseException | None = None
    begin: float | None = None
    try:
        for frame in islice(source, limit):
            if paced:
                now = time.monotonic()
                begin = now - frame.time if begin is None else begin
                if stopping.wait(begin + frame.time - now):
                    break
                frame = replace(frame, captured=time.monotonic())
            if [box.put(frame) for box in boxes] != [True] * len(boxes):  # each gets it, in any case
                break
    except BaseException as raised:
        error = raised
    for box in boxes:
        box.finish(error)

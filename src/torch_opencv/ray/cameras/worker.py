"""The worker: an actor that reads some of the cameras, asks the model about their frames, and writes the results."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Event, Lock, Thread
from typing import Any, TypeVar

import ray
import ray.exceptions

from torch_opencv.live.errors import OutputError
from torch_opencv.live.sources import Frame, Source
from torch_opencv.ray.cameras.camera import Camera, CameraReport, fairest
from torch_opencv.ray.cameras.model import Answer
from torch_opencv.ray.cameras.named import CameraName
from torch_opencv.ray.cameras.results import Format, open_camera_results

T = TypeVar("T")

_GATHER_S = 0.02  # that a frame waits for those of other cameras
_CALLS = 2  # to the model at once, so that frames are on their way while others are looked at
_TICK_S = 0.5  # between two looks whether the run has ended
_STAGGER_S = 0.1  # between two cameras that are opened, as each starts a process
_ANSWERS_S, _CLOSING_S = 2.0, 1.5  # for answers that are on their way, and for cameras that hang


@dataclass(frozen=True)
class Plan:
    """What is the same for all workers."""

    open_source: Callable[[str], Source]
    results: Path | None
    """The folder, an absolute path."""
    format: Format
    began: float
    """When the run began, on `time.time`'s clock."""
    max_frames: int | None


@dataclass(frozen=True)
class WorkerReport:
    """How a worker is doing."""

    pid: int
    failure: str
    """Why it can't go on: the disk is full, say."""
    cameras: Sequence[CameraReport]


class Worker:
    """What is made an actor.

    Killed and made again, it takes up its cameras again, and goes on with their files.

    Args:
        number: 0, 1, ...
        cameras: that it reads.
        model: the actor that it asks.
        together: how many frames it sends at once: its share of a batch.
        plan: what is the same for all workers.
    """

    def __init__(self, number: int, cameras: Sequence[CameraName], model: Any, *, together: int, plan: Plan) -> None:
        self._number, self._model, self._together = number, model, together
        self._changed = Condition()
        self._stopping = Event()
        self._writing = Lock()
        self._closed = self._pictures = False
        self._failure = ""
        self._cameras: list[Camera] = []
        try:
            for at, name in enumerate(cameras):
                results = open_camera_results(plan.results, name.stem, plan.format) if plan.results else None
                self._cameras.append(
                    Camera(
                        name,
                        self._changed,
                        open_source=plan.open_source,
                        results=results,
                        began=plan.began,
                        max_frames=plan.max_frames,
                        delay=at * _STAGGER_S,
                    )
                )
        except OutputError as error:
            self._failure = str(error)
        self._threads = [Thread(target=self._ask, name=f"ask {i}", daemon=True) for i in range(_CALLS)]
        for thread in self._threads:
            thread.start()

    def report(self, *, pictures: bool) -> WorkerReport:
        """How it is doing.

        Args:
            pictures: whether there is anybody to see pictures from now on.
        """
        self._pictures = pictures
        return WorkerReport(os.getpid(), self._failure, [camera.report() for camera in self._cameras])

    def stop(self) -> WorkerReport:
        """Make all files complete, let go of the cameras, and say how it went; takes a few seconds at most."""
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        _join(self._threads, _ANSWERS_S)
        with self._writing:
            self._closed = True
            for camera in self._cameras:
                self._complete(camera)
        closing = [Thread(target=camera.close, daemon=True) for camera in self._cameras]
        for thread in closing:
            thread.start()
        _join(closing, _CLOSING_S)
        return self.report(pictures=False)

    def _complete(self, camera: Camera) -> None:
        try:
            camera.close_results()
        except OutputError as error:
            self._failure = self._failure or str(error)

    def _ask(self) -> None:
        while chosen := self._choose():
            numbers = [camera.name.number for camera, _ in chosen]
            images = [frame.image.numpy() for _, frame in chosen]
            try:
                call = self._model.answer.remote(self._number, numbers, images, pictures=self._pictures)
                del images
                answers = self._wait(call)
            except ray.exceptions.RayError:  # it has died, or the program has failed, which `ready` tells the run
                answers = None
            except _StoppingError:
                return
            try:
                if answers is not None:
                    self._keep(chosen, answers)
            finally:
                with self._changed:
                    for camera, _ in chosen:
                        camera.on_its_way = False
                    self._changed.notify_all()
            if answers is None:
                self._wait_for_model()

    def _choose(self) -> list[tuple[Camera, Frame]]:
        """The newest frames of cameras, whoever has waited longest first; empty once the run has ended."""
        with self._changed:
            while not self._stopping.is_set():
                if not self._changed.wait_for(lambda: any(camera.ready for camera in self._cameras), _TICK_S):
                    continue
                self._changed.wait_for(self._has_enough, _GATHER_S)
                taken = [(camera, camera.take()) for camera in fairest(self._cameras, self._together)]
                if chosen := [(camera, frame) for camera, frame in taken if frame is not None]:
                    return chosen
        return []

    def _has_enough(self) -> bool:
        return sum(camera.ready for camera in self._cameras) >= self._together or self._stopping.is_set()

    def _keep(self, chosen: Sequence[tuple[Camera, Frame]], answers: Sequence[Answer]) -> None:
        with self._writing:
            if self._closed or self._failure:
                return
            try:
                for (camera, frame), answer in zip(chosen, answers, strict=True):
                    camera.keep(frame, answer)
            except OutputError as error:
                self._failure = str(error)

    def _wait_for_model(self) -> None:
        """Send nothing more until the model is there again: by then, frames that are sent now would be old."""
        while not (self._stopping.wait(_TICK_S) or self._has_model()):
            pass

    def _has_model(self) -> bool:
        try:
            self._wait(self._model.ready.remote())
        except (ray.exceptions.RayError, _StoppingError):
            return False
        return True

    def _wait(self, call: Any) -> Any:
        """What a call gives.

        Raises:
            RayError: it has failed.
            _StoppingError: the run has ended, and nobody can wait any longer.
        """
        ended: float | None = None
        while not ray.wait([call], timeout=_TICK_S)[0]:
            if self._stopping.is_set():
                ended = ended or time.monotonic()
                if time.monotonic() - ended > _ANSWERS_S:
                    raise _StoppingError
        return ray.get(call)


class _StoppingError(Exception):
    """The run has ended meanwhile."""


def _join(threads: Sequence[Thread], patience: float) -> None:
    deadline = time.monotonic() + patience
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))

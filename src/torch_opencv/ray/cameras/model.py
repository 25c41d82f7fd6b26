"""The model service: an actor that has the program's model, and looks at the frames of many cameras together."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Condition, Event, Thread
from typing import TYPE_CHECKING

import numpy as np
import torch

import torch_opencv as cv
from torch_opencv.live.app import App, as_app, name_of, processing_method
from torch_opencv.live.checks import to_bgr, to_fields, to_results
from torch_opencv.live.counts import Counts

if TYPE_CHECKING:
    import numpy.typing as npt

_GATHER_S = 0.01  # that a batch waits for the other workers' frames
_PICTURES_PER_S = 30.0  # that are drawn, of all cameras together
_PICTURE_S = 1.0  # between two of one camera, or more where there are many


@dataclass(frozen=True)
class Answer:
    """What the model says of a frame."""

    fields: Mapping[str, object]
    """As in its JSON line."""
    picture: npt.NDArray[np.uint8] | None
    """For the wall, uint8 (h, w, 3) BGR, if it is time for a new one."""


@dataclass(eq=False)
class _Request:
    """A worker's frames, one of each of several cameras."""

    worker: int
    cameras: Sequence[int]
    images: Sequence[npt.NDArray[np.uint8]]
    pictures: bool
    done: Event = field(default_factory=Event)
    answers: list[Answer] = field(default_factory=list)
    error: BaseException | None = None


class ModelService:
    """What is made an actor; its methods are called in threads of their own, of which each waits for its answer.

    It holds what its workers have on its way to it, and no more: they send nothing new before they have the answers.

    Args:
        load: makes the program. What goes wrong with that, `ready` raises.
        workers: how many send it frames.
        cameras: how many these read, all together.
        tile: width and height of the wall's pictures.
    """

    def __init__(self, load: Callable[[], object], *, workers: int, cameras: int, tile: tuple[int, int]) -> None:
        self._workers, self._tile = workers, tile
        self._picture_s = max(_PICTURE_S, cameras / _PICTURES_PER_S)
        self._drawn: dict[int, float] = {}  # when each camera's last picture was drawn
        self._changed = Condition()
        self._requests: deque[_Request] = deque()
        self._failure: BaseException | None = None
        self._batches = self._frames = 0
        self._busy = 0.0
        try:
            self._app: App[object] = as_app(load())
            self._counts = self._app.counts()
        except BaseException as error:  # an actor that can't be made would say no more than that
            self._failure = error
            return
        Thread(target=self._run, name="model", daemon=True).start()

    def ready(self) -> int:
        """The process's number, once the model is loaded.

        Raises:
            Exception: what the program raised, when it was loaded or since.
        """
        if self._failure is not None:
            raise self._failure
        return os.getpid()

    def answer(
        self, worker: int, cameras: Sequence[int], images: Sequence[npt.NDArray[np.uint8]], *, pictures: bool
    ) -> list[Answer]:
        """What the model says of a frame of each of several cameras.

        Args:
            worker: whose they are: 0, 1, ...
            cameras: their numbers.
            images: uint8 (H, W, 3), BGR, of any sizes.
            pictures: whether there is anybody to see pictures.

        Raises:
            Exception: what the program raised.
        """
        request = _Request(worker, cameras, images, pictures)
        with self._changed:
            if self._failure is not None:
                raise self._failure
            self._requests.append(request)
            self._changed.notify_all()
        request.done.wait()
        if request.error is not None:
            raise request.error
        return request.answers

    def summary(self) -> str | Counts:
        """What the program says of the whole run: where it has counts these, so that others' can be added to them."""
        if self._failure is not None:
            return ""
        return self._app.summary() if self._counts is None else self._counts

    def figures(self) -> dict[str, float]:
        """How many batches and frames there were, and the seconds that the model was busy with them."""
        return {"batches": self._batches, "frames": self._frames, "busy_s": self._busy}

    def _run(self) -> None:
        while True:
            requests = self._gather()
            start = time.monotonic()
            try:
                with torch.no_grad():
                    self._look(requests)
            except BaseException as error:
                with self._changed:
                    self._failure = error
                    requests += self._requests
                    self._requests.clear()
                for request in requests:
                    request.error = error
                    request.done.set()
                return
            self._busy += time.monotonic() - start
            for request in requests:
                request.done.set()

    def _gather(self) -> list[_Request]:
        """The oldest request of each worker. Those of all are waited for, but not for long."""
        with self._changed:
            self._changed.wait_for(lambda: self._requests)
            self._changed.wait_for(lambda: len({one.worker for one in self._requests}) >= self._workers, _GATHER_S)
            first: dict[int, _Request] = {}
            for request in self._requests:
                first.setdefault(request.worker, request)
            self._requests = deque(one for one in self._requests if first[one.worker] is not one)
            return list(first.values())

    def _look(self, requests: Sequence[_Request]) -> None:
        cameras = [camera for request in requests for camera in request.cameras]
        # Copied, as Ray's own memory can't be written to, and a program that tried would crash.
        images = [torch.from_numpy(image.copy()) for request in requests for image in request.images]
        name = name_of(self._app)
        results = to_results(
            self._app.process_sources(images, cameras), len(images), f"{name}.{processing_method(self._app)}"
        )
        said = zip(cameras, images, results, strict=True)
        for request in requests:
            for _ in request.cameras:
                camera, image, result = next(said)
                fields = to_fields(self._app.fields(result), f"{name}.fields")
                if self._counts is not None:
                    self._counts.add(fields)
                picture = self._picture(camera, image, result, name) if request.pictures else None
                request.answers.append(Answer(fields, picture))
        self._batches += 1
        self._frames += len(images)

    def _picture(self, camera: int, image: torch.Tensor, result: object, name: str) -> npt.NDArray[np.uint8] | None:
        now = time.monotonic()
        if now - self._drawn.get(camera, -self._picture_s) < self._picture_s:
            return None
        self._drawn[camera] = now
        drawn = to_bgr(self._app.draw(image.clone(), result), f"{name}.draw")
        scale = min(self._tile[0] / drawn.shape[1], self._tile[1] / drawn.shape[0], 1.0)
        size = max(1, round(drawn.shape[1] * scale)), max(1, round(drawn.shape[0] * scale))
        small: npt.NDArray[np.uint8] = cv.resize(drawn, size, interpolation=cv.INTER_AREA).numpy()
        return small

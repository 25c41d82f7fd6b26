"""Running a program over many cameras: makes the actors, hears how they are doing, shows that, and ends them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import ray
import ray.exceptions
import torch

from torch_opencv._system.signals import Interruption, noted
from torch_opencv.errors import TorchOpencvError
from torch_opencv.live.counts import merged
from torch_opencv.live.errors import OutputError
from torch_opencv.live.events import Command, Key
from torch_opencv.live.keys import command_of
from torch_opencv.live.loop import Ending
from torch_opencv.live.panel import Panel
from torch_opencv.live.sources import Frame, Source, open_source
from torch_opencv.live.views import AnnotatedFrame, Stats, View
from torch_opencv.ray.cameras.model import ModelService
from torch_opencv.ray.cameras.named import CameraName
from torch_opencv.ray.cameras.results import Format, prepare_folder
from torch_opencv.ray.cameras.standing import Standing, Tally
from torch_opencv.ray.cameras.wall import Wall, counted, tile_size
from torch_opencv.ray.cameras.worker import Plan, Worker, WorkerReport

_log = logging.getLogger(__name__)

_REPORT_S = 0.5  # between two reports of a worker, and two images of the wall
_TICK_S = 0.05  # between two looks at signals and views
_SAID_S = 10.0  # between two lines of the log on how many cameras are live
_STOPPING_S = 6.0  # for workers to make their files complete
_WORKERS_PER_MODEL = 4  # where the model runs on processor cores

OnReport = Callable[[Sequence[Standing], Sequence[int], Sequence[int]], None]


@dataclass(frozen=True)
class Report:
    """How a run went."""

    names: Sequence[str]
    """The cameras, as they are shown."""
    processed: Sequence[int]
    """How many frames of each were processed."""
    read: Sequence[int]
    """How many came; where newer ones came meanwhile, older ones were left out."""
    seconds: float
    """How long it took, from the first worker on."""
    ended: Ending
    summaries: Sequence[str]
    """What the program says of the whole run: a line of all model services if it has counts, else one of each."""
    figures: Sequence[dict[str, float]]
    """Each model service's batches, frames, and seconds that it was busy."""


@dataclass(frozen=True)
class _Team:
    """The actors."""

    models: list[Any]
    workers: list[Any]


def run_cameras(
    load: Callable[[], object],
    cameras: Sequence[CameraName],
    *,
    workers: int | None = None,
    gpus: bool = False,
    results: str | Path | None = None,
    format: Format = "jsonl",
    overwrite: bool = False,
    views: Sequence[View] = (),
    together: int = 16,
    max_frames: int | None = None,
    max_seconds: float | None = None,
    open_source: Callable[[str], Source] = open_source,
    on_report: OnReport = lambda standings, workers, models: None,
) -> Report:
    """Run a program over cameras until the user ends it, or as long as wanted. Ray must be connected.

    A camera that can't be reached is tried again for ever, and so are all others once they are lost. A worker or a
    model service that dies is made again. The views are closed at the end.

    Args:
        load: makes the program, an `App`; called in each model service, so it and what it names must be picklable.
        cameras: what is read.
        workers: how many actors read them; None: one for every two processor cores.
        gpus: whether each model service has a GPU of its own, as many as there are; else there is one for every four
            workers.
        results: the folder with a file of each camera. Workers write to it: on several machines it must be a
            folder that all of them share. None: results are written nowhere.
        format: JSON Lines, or Parquet, of which each camera has a folder with a file a minute.
        overwrite: replace the results of an earlier run.
        views: where the wall is shown.
        together: how many frames are looked at at once, about.
        max_frames: end after so many of each camera; one whose worker is killed meanwhile begins to count again.
        max_seconds: end after so long.
        open_source: what opens a camera, of what the user wrote.
        on_report: is told twice a second how each camera is doing, and the numbers of the workers' and the models'
            processes, 0 where they aren't known yet.

    Raises:
        LiveError: the results can't be written, or a view has failed.
        TorchOpencvError: the model's process died while it was loaded.
        Exception: whatever the program raised.

    Everything is closed, and all files are complete, before anything is raised.
    """
    names = [camera.shown for camera in cameras]
    if results is not None:
        results = Path(results).absolute()
        prepare_folder(results, [camera.stem for camera in cameras], format, overwrite=overwrite)
    with ExitStack() as stack:
        signalled = stack.enter_context(noted())
        for view in views:
            stack.callback(view.close)
        ends = _Ends(signalled, views)
        plan = Plan(open_source, results, format, time.time(), max_frames)
        team = stack.enter_context(_team(load, cameras, workers, gpus, together, plan, ends))
        start = time.monotonic()
        tallies = [Tally() for _ in cameras]
        watch = _Watch(team, tallies, Wall(names), views, on_report)
        deadline = start + (max_seconds or float("inf"))
        try:
            while not (ended := ends.ended()):
                watch.look(_TICK_S)
                if all(tally.ended for tally in tallies) or time.monotonic() > deadline:
                    ended = "done"
                    break
        finally:
            failure = _stop(team, watch)
        seconds = time.monotonic() - start
        summaries = merged(_gather([model.summary.remote() for model in team.models]))
        figures = _gather([model.figures.remote() for model in team.models])
    if failure:
        raise OutputError(failure)
    return Report(
        names,
        [tally.processed for tally in tallies],
        [tally.read for tally in tallies],
        seconds,
        ended,
        summaries,
        figures,
    )


class _Ends:
    """Whether the user has ended the run."""

    def __init__(self, signalled: Sequence[Interruption], views: Sequence[View]) -> None:
        self._signalled, self._views = signalled, views
        self._quit = False

    def ended(self) -> Ending | None:
        """How, or None."""
        if self._signalled:
            return self._signalled[0]
        for view in self._views:
            for event in view.events():
                self._quit |= (command_of(event.key) if isinstance(event, Key) else event) == Command("quit")
        return "quit" if self._quit else None


@contextmanager
def _team(
    load: Callable[[], object],
    cameras: Sequence[CameraName],
    workers: int | None,
    gpus: bool,
    together: int,
    plan: Plan,
    ends: _Ends,
) -> Iterator[_Team]:
    """The actors, once the model is loaded; they end with the block."""
    resources = ray.cluster_resources()
    cores = resources.get("CPU", 1.0)
    count = min(workers or max(1, int(cores) // 2), len(cameras))
    services = min(count, max(1, int(resources.get("GPU", 0))) if gpus else ceil(count / _WORKERS_PER_MODEL))
    # Whatever their number, they fit: half of the cores, or with GPUs nearly all, are for those that read.
    for_models = 0.5 * cores if not gpus else min(0.5 * cores, float(services))
    made: list[Any] = []
    try:
        model = ray.remote(ModelService).options(
            num_cpus=_share(for_models, services),
            num_gpus=1 if gpus else 0,
            max_restarts=-1,
            max_concurrency=4 * ceil(count / services) + 4,
            scheduling_strategy="SPREAD",
        )
        teams = [range(number, count, services) for number in range(services)]  # each service's workers
        models = []
        for team in teams:
            read = sum(len(cameras[number::count]) for number in team)
            models.append(model.remote(load, workers=len(team), cameras=read, tile=tile_size(len(cameras))))
        made += models
        _await(models, ends)
        if ends.ended():
            yield _Team(models, [])
            return
        worker = ray.remote(Worker).options(
            num_cpus=_share(cores - for_models, count), max_restarts=-1, scheduling_strategy="SPREAD"
        )
        actors = []
        for number in range(count):
            own = cameras[number::count]
            read = sum(len(cameras[other::count]) for other in teams[number % services])
            share = max(1, round(together * len(own) / read))
            actors.append(worker.remote(number, own, models[number % services], together=share, plan=plan))
        made += actors
        yield _Team(models, actors)
    finally:
        for actor in made:
            ray.kill(actor)


def _share(cores: float, actors: int) -> float:
    """Of some cores, what each of some actors asks for: whole cores, or a part of one in the steps that Ray knows."""
    share = cores / actors
    return float(int(share)) if share >= 1 else max(0.001, int(share * 1000) / 1000)


def _await(models: Sequence[Any], ends: _Ends) -> None:
    """Wait until each has loaded the program, unless the user ends the run."""
    waiting = [model.ready.remote() for model in models]
    while waiting and not ends.ended():
        done, waiting = ray.wait(waiting, num_returns=1, timeout=_TICK_S)
        try:
            ray.get(done)
        except ray.exceptions.RayTaskError as error:
            raise _cause(error) from _shown(error)
        except ray.exceptions.RayActorError as error:
            raise TorchOpencvError(
                "the model's process ended while it was loaded: is there enough memory for it?"
            ) from error


def _cause(error: Any) -> BaseException:
    """What was raised in an actor."""
    cause: BaseException = error.cause
    return cause


def _shown(error: Any) -> BaseException | None:
    """Where it was raised, unless it says all in a line of its own."""
    return None if isinstance(error.cause, TorchOpencvError) else error


class _Watch:
    """What is heard of the actors, and shown of it."""

    def __init__(
        self,
        team: _Team,
        tallies: Sequence[Tally],
        wall: Wall,
        views: Sequence[View],
        on_report: OnReport,
    ) -> None:
        self._team, self._tallies, self._wall, self._views = team, tallies, wall, views
        self._on_report = on_report
        self._pictures: dict[int, torch.Tensor] = {}
        self._workers, self._models = [0] * len(team.workers), [0] * len(team.models)  # their processes' numbers
        self._calls: dict[Any, int] = {}  # what is asked, of which worker; one at a time
        self._checks: dict[Any, int] = {}  # likewise of the models
        self._next = self._said = 0.0
        self._counts = ""
        self._images = 0
        self._panel: Panel | None = None

    def look(self, patience: float) -> None:
        """Hear what there is to hear, within so many seconds, and show it if it is time for that."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _REPORT_S
            self._ask()
            standings = [tally.standing() for tally in self._tallies]
            self._show(standings)
            self._say(standings)
            self._on_report(standings, self._workers, self._models)
        calls = [*self._calls, *self._checks]
        done, _ = ray.wait(calls, num_returns=1, timeout=patience) if calls else ([], [])
        for call in done:
            self._hear(call)

    def take(self, number: int, report: WorkerReport) -> None:
        """Take note of a worker's report.

        Raises:
            OutputError: it can't write.
        """
        if self._workers[number] not in (0, report.pid):
            _log.warning("worker %d was started again, and its %d cameras are taken up", number, len(report.cameras))
        self._workers[number] = report.pid
        for camera in report.cameras:
            self._tallies[camera.number].add(camera, report.pid)
            if camera.picture is not None:
                self._pictures[camera.number] = torch.from_numpy(camera.picture.copy())
        if report.failure:
            raise OutputError(report.failure)

    def _ask(self) -> None:
        watched = any(view.watched for view in self._views)
        asked = set(self._calls.values())
        for number, worker in enumerate(self._team.workers):
            if number not in asked:
                self._calls[worker.report.remote(pictures=watched)] = number
        checked = set(self._checks.values())
        for number, model in enumerate(self._team.models):
            if number not in checked:
                self._checks[model.ready.remote()] = number

    def _hear(self, call: Any) -> None:
        try:
            if call in self._checks:
                number = self._checks.pop(call)
                pid: Any = ray.get(call)
                if self._models[number] not in (0, pid):
                    _log.warning("model service %d was started again", number)
                self._models[number] = pid
            else:
                number = self._calls.pop(call)
                self.take(number, ray.get(call))
        except ray.exceptions.RayTaskError as error:  # the program has failed: a model service's `ready` says so
            raise _cause(error) from _shown(error)
        except ray.exceptions.RayError as error:  # it has died, and is made again
            _log.debug("an actor is away: %s", type(error).__name__)

    def _show(self, standings: Sequence[Standing]) -> None:
        if not any(view.watched for view in self._views):
            for view in self._views:
                view.tell(f"{len(standings)} cameras: {counted(standings)}")
        if not self._views:
            return
        image, pictures = self._wall.image(self._pictures, standings)
        now = time.monotonic()
        rate = sum(one.fps for one in standings)
        ages = sorted(one.age for one in standings if one.age is not None and one.state == "live")
        stats = Stats(
            state="live",
            display_fps=1 / _REPORT_S,
            model_fps=rate,
            latency_ms=1000 * ages[len(ages) // 2] if ages else 0.0,
            dropped=sum(tally.read - tally.processed for tally in self._tallies),
        )
        frame = Frame(image, self._images, now, f"{len(standings)} cameras", now)
        self._images += 1
        fields = {"cameras": counted(standings), "frames_per_second": round(rate, 1)}
        panel = self._wall.panel(standings)
        for view in self._views:
            view.show(AnnotatedFrame(image, frame, fields, stats, pictures=pictures))
            if panel is not self._panel:  # each one shown is sent to the pages
                view.show_panel(panel)
        self._panel = panel

    def _say(self, standings: Sequence[Standing]) -> None:
        counts = counted(standings)
        if counts != self._counts and time.monotonic() - self._said > _SAID_S:
            self._counts, self._said = counts, time.monotonic()
            _log.info("cameras: %s; %.1f frames/s", counts, sum(one.fps for one in standings))


def _stop(team: _Team, watch: _Watch) -> str:
    """End the workers, each with its files complete; why one couldn't do that, if so."""
    calls = {worker.stop.remote(): number for number, worker in enumerate(team.workers)}
    done, _ = ray.wait(list(calls), num_returns=len(calls), timeout=_STOPPING_S) if calls else ([], [])
    failures = [_last_report(watch, calls[call], call) for call in done]
    return next(filter(None, failures), "")


def _last_report(watch: _Watch, number: int, call: Any) -> str:
    try:
        watch.take(number, ray.get(call))
    except OutputError as error:
        return str(error)
    except ray.exceptions.RayError:
        _log.warning("worker %d was away at the end: its last results may be missing", number)
    return ""


def _gather(calls: Sequence[Any]) -> list[Any]:
    """What those say that are there."""
    done, _ = ray.wait(list(calls), num_returns=len(calls), timeout=1.0)
    return [said for call in calls if call in done for said in _said(call)]


def _said(call: Any) -> list[Any]:
    try:
        return [ray.get(call)]
    except ray.exceptions.RayError:
        return []

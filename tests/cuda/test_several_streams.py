"""What is kept between calls (tables, models) is safe on whichever stream the next call is."""

from __future__ import annotations

import pytest
import torch

import torch_opencv as cv
from torch_opencv.cuda import _tables, streams
from torch_opencv.cuda.kernels import lab

CPU = torch.device("cpu")


class Arrival:
    """In the place of a torch.cuda.Event."""

    def __init__(self) -> None:
        self.has_come, self.waits, self.queries = False, 0, 0

    def query(self) -> bool:
        self.queries += 1
        return self.has_come

    def wait(self, stream: object) -> None:
        assert stream == "the stream of cpu"  # of the tables' device, not of the current one
        self.waits += 1


@pytest.fixture
def arrivals(monkeypatch: pytest.MonkeyPatch) -> list[Arrival]:
    made: list[Arrival] = []

    def arrival(device: torch.device) -> Arrival:
        made.append(Arrival())
        return made[-1]

    monkeypatch.setattr(_tables, "_arrival", arrival)
    monkeypatch.setattr(torch.cuda, "is_current_stream_capturing", lambda: False)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: f"the stream of {device}")
    return made


def test_a_table_that_is_on_its_way_is_waited_for_until_it_is_there(arrivals: list[Arrival]) -> None:
    calls = []

    @_tables.kept
    def squares(count: int, device: torch.device) -> torch.Tensor:
        calls.append(count)
        return torch.arange(count, device=device) ** 2

    first = squares(4, CPU)
    assert squares(4, CPU) is first and squares(4, CPU) is first
    (arrival,) = arrivals
    assert arrival.waits == 2
    arrival.has_come = True
    for _ in range(3):
        assert squares(4, CPU) is first
    assert (arrival.waits, arrival.queries) == (2, 3)  # once it is there, it isn't asked again
    squares(5, CPU)
    assert calls == [4, 5]


def test_within_the_capture_of_a_graph_nothing_is_asked(
    arrivals: list[Arrival], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _tables.kept(lambda device: torch.zeros(1, device=device))
    made(CPU)
    monkeypatch.setattr(torch.cuda, "is_current_stream_capturing", lambda: True)
    made(CPU)
    assert arrivals[0].queries == 0


def test_not_more_than_64_are_kept() -> None:
    calls = []
    made = _tables.kept(lambda count, device: calls.append(count))
    for count in [*range(65), 64, 1, 0]:
        made(count, CPU)
    assert calls == [*range(65), 0]


def test_what_objects_hold_is_found() -> None:
    subtractor = cv.cuda.createBackgroundSubtractorMOG2()
    subtractor.apply(torch.zeros(4, 5, 3, dtype=torch.uint8))
    model = subtractor._model
    assert {id(x) for x in streams.held(vars(subtractor).values())} == {
        id(x) for x in (model.weight, model.variance, model.mean, model.used)
    }
    matcher = cv.cuda.DescriptorMatcher.createBFMatcher()
    descriptors = torch.zeros(3, 8)
    matcher.add([descriptors])
    assert [x.data_ptr() for x in streams.held(vars(matcher).values())] == [descriptors.data_ptr()]


@pytest.mark.gpu
def test_a_table_reaches_a_stream_that_is_quicker_than_the_one_it_is_sent_on(monkeypatch: pytest.MonkeyPatch) -> None:
    # As if nothing had asked for them yet.
    monkeypatch.setattr(lab, "_forward_tables", _tables.kept(lab._forward_tables.__wrapped__))
    image = torch.randint(0, 256, (64, 64, 3), dtype=torch.uint8, device="cuda")
    expected = cv.cuda.cvtColor(image.cpu(), cv.COLOR_BGR2Lab)
    slow, quick = torch.cuda.Stream(), torch.cuda.Stream()
    torch.cuda.synchronize()
    with torch.cuda.stream(slow):
        torch.cuda._sleep(100_000_000)
        cv.cuda.cvtColor(image, cv.COLOR_BGR2Lab)
    with torch.cuda.stream(quick):
        result = cv.cuda.cvtColor(image, cv.COLOR_BGR2Lab)
    quick.synchronize()
    assert torch.equal(result.cpu(), expected)


@pytest.mark.gpu
def test_a_model_outlives_the_stream_it_was_begun_on() -> None:
    frames = torch.randint(0, 256, (12, 240, 320, 3), dtype=torch.uint8, device="cuda")
    on_host, on_device = (cv.cuda.createBackgroundSubtractorMOG2() for _ in range(2))
    first, second = torch.cuda.Stream(), torch.cuda.Stream()
    torch.cuda.synchronize()
    for number, frame in enumerate(frames):
        stream, other = (first, second) if number % 2 else (second, first)
        stream.wait_stream(other)
        with torch.cuda.stream(stream):
            mask = on_device.apply(frame)
        with torch.cuda.stream(other):
            torch.full((4, 240, 320, 15), 7.0, device="cuda")  # takes whatever memory is free there
    torch.cuda.synchronize()
    for frame in frames.cpu():
        expected = on_host.apply(frame)
    assert (mask.cpu() != expected).float().mean() < 1e-3

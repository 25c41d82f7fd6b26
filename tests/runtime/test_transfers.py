"""Copies between the CPU and CUDA, and streams. Without a GPU: the plain thing is done, and who calls what."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from torch_opencv import runtime
from torch_opencv.live.loop import run
from torch_opencv.live.sources import open_source
from torch_opencv.runtime import transfers

CPU = torch.device("cpu")


def test_on_the_cpu_nothing_is_copied_or_pinned() -> None:
    x = torch.rand(3, 4)
    assert transfers.to_device(x, CPU) is x
    assert transfers.to_cpu(x)[0] is x
    assert not torch.cuda.is_available() or not transfers.staging((2, 3), torch.uint8, CPU).is_pinned()
    assert transfers.staging((2, 3), torch.uint8, CPU).shape == (2, 3)
    target = torch.zeros(4, 3)
    transfers.copy_into(target, x.T)
    assert torch.equal(target, x.T)


def test_streams_are_for_cuda_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: False)
    monkeypatch.setattr(torch.cuda, "Stream", None)
    with transfers.own_streams() as wait:
        wait()


def test_what_goes_to_cuda_is_pinned_and_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Any] = []
    monkeypatch.setattr(transfers, "_pinned", lambda tensor: said.append("pinned") or tensor)
    monkeypatch.setattr(Tensor, "to", lambda self, *where, **how: said.append((*where, how)) or self)
    transfers.to_device(torch.zeros(2), torch.device("cuda:1"))
    assert said == ["pinned", (torch.device("cuda:1"), {"non_blocking": True})]


def test_only_devices_in_use_get_streams_which_begin_after_what_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    class Stream:
        def __init__(self, number: int) -> None:
            self.device = number

        def wait_stream(self, other: str) -> None:
            said.append(f"{self.device} waits for {other}")

    class Event:
        def __init__(self, *, blocking: bool) -> None:
            assert blocking

        def record(self, stream: Stream) -> None:
            self.device = stream.device

        def synchronize(self) -> None:
            said.append(f"{self.device} is waited for")

    def entered(what: str) -> Any:
        said.append(what)
        return nullcontext()

    fake = SimpleNamespace(
        is_initialized=lambda: True,
        device_count=lambda: 3,
        memory_reserved=lambda number: [5, 0, 7][number],
        current_device=lambda: 0,
        default_stream=lambda number: f"{number}'s default",
        stream=lambda stream: entered(f"stream of {stream.device}"),
        device=lambda number: entered(f"device {number}"),
        Stream=Stream,
        Event=Event,
    )
    monkeypatch.setattr(torch, "cuda", fake)
    with transfers.own_streams() as wait:
        wait()
    assert said == [
        "0 waits for 0's default",
        "stream of 0",
        "2 waits for 2's default",
        "stream of 2",
        "device 0",
        "0 is waited for",
        "2 is waited for",
    ]


@pytest.mark.gpu
class TestCuda:
    def test_there_and_back(self) -> None:
        device = torch.device("cuda", torch.cuda.current_device())
        frame = torch.randint(0, 256, (1080, 1920, 3), dtype=torch.uint8)
        for given in (frame, frame[::2, 100:200], frame.permute(2, 0, 1), frame[:0], frame[None].expand(2, -1, -1, -1)):
            there = transfers.to_device(given, device)
            assert there.device == device
            target = torch.zeros_like(there)
            transfers.copy_into(target, given)
            back, again = transfers.to_cpu(there, target)
            assert torch.equal(back, given)
            assert torch.equal(again, given)

    def test_what_was_given_may_be_overwritten_at_once(self) -> None:
        device = torch.device("cuda", torch.cuda.current_device())
        torch.cuda._sleep(100_000_000)  # so that the copies are still to come
        given = torch.empty(1080, 1920, 3, dtype=torch.uint8)
        frames = [transfers.to_device(given.fill_(level), device) for level in range(20)]
        for level, frame in enumerate(frames):
            assert bool((frame == level).all())

    def test_memory_for_inputs_is_pinned(self) -> None:
        assert transfers.staging((2, 3), torch.uint8, torch.device("cuda")).is_pinned()

    def test_streams_of_ones_own(self) -> None:
        outside = torch.cuda.current_stream()
        torch.cuda._sleep(100_000_000)
        before = torch.full((1000, 1000), 3.0, device="cuda")
        with transfers.own_streams() as wait:
            assert torch.cuda.current_stream() != outside
            assert torch.cuda.current_stream() != torch.cuda.default_stream()
            total = before.sum()
            wait()
            assert torch.cuda.current_stream().query()
            assert total.item() == 3e6
        assert torch.cuda.current_stream() == outside

    def test_the_model_of_a_program_has_a_stream_of_its_own_and_its_results_are_complete(self) -> None:
        class Levels:
            def __init__(self) -> None:
                self.network = runtime.accelerate(torch.nn.Identity(), torch.zeros(1), device="cuda")
                self.streams: set[Any] = set()

            def process(self, image: Tensor) -> Tensor:
                self.streams.add(torch.cuda.current_stream())
                torch.cuda._sleep(10_000_000)
                return self.network(image.float().mean()[None])

            def draw(self, image: Tensor, result: Tensor) -> Tensor:
                assert abs(result.item() - image.float().mean().item()) < 0.2  # read on the main thread's stream
                return image

        pytest.importorskip("av", reason="needs PyAV for the live loop's doubles")
        from tests.live.doubles import Screen

        app, screen = Levels(), Screen()
        assert run(app, open_source("sample"), views=[screen], max_frames=20).frames == 20
        assert screen.frames
        assert torch.cuda.default_stream() not in app.streams
        assert len(app.streams) == 1

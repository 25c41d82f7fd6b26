from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from torch_opencv.live.mailbox import Mailbox


@pytest.fixture
def changed() -> Iterator[threading.Condition]:
    before = threading.active_count()
    yield threading.Condition()
    assert threading.active_count() == before


def wait(box: Mailbox[int], changed: threading.Condition) -> int | None:
    with changed:
        assert changed.wait_for(lambda: box.ready or box.ended, 10)
    return box.take()


def test_the_newest_takes_the_place_of_what_was_not_taken(changed: threading.Condition) -> None:
    box: Mailbox[int] = Mailbox(changed, keep="newest")
    assert box.take() is None
    assert not box.ready
    assert [box.put(item) for item in (1, 2, 3)] == [True] * 3
    assert (box.take(), box.take(), box.dropped) == (3, None, 2)
    box.put(4)
    box.finish()
    assert not box.ended
    assert (box.take(), box.take(), box.dropped, box.ended) == (4, None, 2, True)


def test_an_offer_is_taken_only_if_there_is_room(changed: threading.Condition) -> None:
    box: Mailbox[int] = Mailbox(changed, keep="all", maxsize=2)
    assert [box.offer(item) for item in (1, 2, 3)] == [True, True, False]
    assert (box.take(), box.dropped) == (1, 1)
    assert box.offer(4)
    box.close()
    assert not box.offer(5)


def test_all_are_kept_in_order_and_who_has_too_many_waits(changed: threading.Condition) -> None:
    box: Mailbox[int] = Mailbox(changed, keep="all", maxsize=3)
    given: list[int] = []

    def give() -> None:
        for item in range(10):
            box.put(item)
            given.append(item)
        box.finish()

    producer = threading.Thread(target=give)
    producer.start()
    with changed:
        assert changed.wait_for(lambda: len(given) == 3, 10)
    producer.join(0.05)
    assert len(given) == 3
    assert [wait(box, changed) for _ in range(10)] == list(range(10))
    assert wait(box, changed) is None
    assert box.dropped == 0
    producer.join()


@pytest.mark.parametrize("keep", ["newest", "all"])
def test_an_error_comes_after_the_last_item_and_once(changed: threading.Condition, keep: str) -> None:
    box: Mailbox[int] = Mailbox(changed, keep=keep)  # type: ignore[arg-type]
    box.put(1)
    box.finish(ZeroDivisionError())
    assert (box.ready, box.ended) == (True, False)
    assert box.take() == 1
    assert (box.ready, box.ended) == (True, False)
    with pytest.raises(ZeroDivisionError):
        box.take()
    assert (box.ready, box.ended) == (False, True)


def test_closing_lets_go_of_who_waits_for_room(changed: threading.Condition) -> None:
    box: Mailbox[int] = Mailbox(changed, keep="all", maxsize=1)
    box.put(1)
    answers: list[bool] = []
    producer = threading.Thread(target=lambda: answers.append(box.put(2)))
    producer.start()
    box.close()
    producer.join(10)
    assert answers == [False]
    assert (box.put(3), box.take(), box.ended) == (False, None, True)


def test_closing_forgets_an_error(changed: threading.Condition) -> None:
    box: Mailbox[int] = Mailbox(changed, keep="all")
    box.finish(ZeroDivisionError())
    box.close()
    assert (box.ready, box.ended, box.take()) == (False, True, None)


def test_an_error_is_there_before_the_end_is() -> None:
    """Whoever asks without the lock, as the display does, would otherwise miss it."""
    seen: list[bool] = []

    class Spying(Mailbox[int]):
        def __setattr__(self, name: str, value: object) -> None:
            super().__setattr__(name, value)
            if name in ("_finished", "_error"):
                seen.append(hasattr(self, "_error") and self.ended)

    box = Spying(threading.Condition(), keep="all")
    seen.clear()
    box.finish(ZeroDivisionError())
    assert seen == [False, False]

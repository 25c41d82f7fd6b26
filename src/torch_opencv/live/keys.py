"""The keys that the loop obeys, in every view: one table, which the page is sent too."""

from __future__ import annotations

from collections.abc import Mapping

from torch_opencv.live.events import Choose, Command

COMMANDS: Mapping[str, Command | Choose] = {
    "q": Command("quit"),
    "Escape": Command("quit"),
    " ": Command("pause"),
    "s": Command("snapshot"),
    "r": Command("record"),
    "h": Command("hud"),
    "n": Command("next"),
    "Tab": Command("next"),
    "p": Command("previous"),
    **{str(number + 1): Choose(number) for number in range(9)},
}
"""By the key's name, as `events.Key` has it; letters are looked up in lower case."""


def command_of(key: str) -> Command | Choose | None:
    """The loop's command for a key.

    >>> command_of("Escape")
    Command(name='quit')

    Args:
        key: as `events.Key` names it.

    Returns:
        None if it is none of the loop's.
    """
    return COMMANDS.get(key.lower() if len(key) == 1 else key)

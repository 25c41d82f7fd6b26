"""From the codes that `cv.waitKeyEx` gives for keys to the names that browsers have for them.

Letters and digits have their characters' codes everywhere. For other keys, OpenCV's Qt and GTK give X's keysyms, its
Windows window the virtual-key codes in the upper half, and its Cocoa window the private characters of AppKit.
"""

from __future__ import annotations

_NAMES = {
    8: "Backspace",
    9: "Tab",
    10: "Enter",
    13: "Enter",
    27: "Escape",
    127: "Delete",
    # X11's keysymdef.h
    0xFF08: "Backspace",
    0xFF09: "Tab",
    0xFF0D: "Enter",
    0xFF1B: "Escape",
    0xFF50: "Home",
    0xFF51: "ArrowLeft",
    0xFF52: "ArrowUp",
    0xFF53: "ArrowRight",
    0xFF54: "ArrowDown",
    0xFF55: "PageUp",
    0xFF56: "PageDown",
    0xFF57: "End",
    0xFF8D: "Enter",
    0xFFFF: "Delete",
    **{0xFFB0 + digit: str(digit) for digit in range(10)},  # of the number pad
    **{0xFFBE + number: f"F{number + 1}" for number in range(12)},
    # Windows' virtual-key codes
    0x210000: "PageUp",
    0x220000: "PageDown",
    0x230000: "End",
    0x240000: "Home",
    0x250000: "ArrowLeft",
    0x260000: "ArrowUp",
    0x270000: "ArrowRight",
    0x280000: "ArrowDown",
    0x2E0000: "Delete",
    **{(0x70 + number) << 16: f"F{number + 1}" for number in range(12)},
    # AppKit's NSUpArrowFunctionKey and those behind it
    0xF700: "ArrowUp",
    0xF701: "ArrowDown",
    0xF702: "ArrowLeft",
    0xF703: "ArrowRight",
    0xF728: "Delete",
}


def key_name(code: int) -> str:
    """A key's name, as `events.Key` has it; "" for one without, such as Shift alone.

    Args:
        code: what `cv.waitKeyEx` gave. GTK adds the modifiers in the upper half.

    """
    if code < 0:  # Qt's, of letters beyond ASCII, always in upper case
        return chr(code & 0xFF).lower()
    for known in (code, code & 0xFFFF):
        if known in _NAMES:
            return _NAMES[known]
    character = chr(code & 0xFFFF)
    return character if character.isprintable() and not 0xE000 <= ord(character) <= 0xFFFF else ""

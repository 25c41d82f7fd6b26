"""The root of this package's own exceptions, and foreign ones in a line."""

import re


class TorchOpencvError(Exception):
    """Something that the user named or gave can't be used.

    The message is one line that says what is wrong and what to do, meant to be shown as it is.
    """


def first_line(error: BaseException) -> str:
    r"""What an exception says, in a line without colours.

    >>> first_line(ValueError("no such layer\nin the graph")), first_line(KeyError())
    ('no such layer', 'KeyError')

    Args:
        error: any.

    Returns:
        At most 200 characters; the exception's class if it says nothing.
    """
    text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", str(error)).strip()
    return text.partition("\n")[0][:200] or type(error).__name__

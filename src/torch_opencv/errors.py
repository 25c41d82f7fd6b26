"""The root of this package's own exceptions."""


class TorchOpencvError(Exception):
    """Something that the user named or gave can't be used.

    The message is one line that says what is wrong and what to do, meant to be shown as it is.
    """

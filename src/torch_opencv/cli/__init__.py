"""The command line, ``torch-opencv COMMAND [SOURCE]... [options]``, and the same for an app of your own::

    # brightness.py
    from torch_opencv import cli, live

    class Brightness(live.App):
        \"\"\"Say how bright the image is.\"\"\"

        def process(self, image):
            return image.float().mean().item()

        def fields(self, result):
            return {"brightness": round(result, 1)}

    if __name__ == "__main__":
        cli.run(Brightness)

Then ``python brightness.py clip.mp4 --results brightness.jsonl`` works, as does
``torch-opencv run brightness.py:Brightness clip.mp4``.

Nothing heavy is imported until a command needs it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NoReturn


def run(app: Callable[..., Any]) -> NoReturn:
    """Run an app of your own from the process's command line, and end the process with its exit status.

    Args:
        app: the app's class, made without arguments, or a function that is an app; its docstring is the help text.

    Raises:
        SystemExit: always; see `torch_opencv.cli.main` for the statuses.

    """
    from torch_opencv.cli.main import call, process

    def main() -> int:
        from torch_opencv.cli.errors import exit_status
        from torch_opencv.cli.program_commands import command_of

        arguments = sys.argv[1:]
        return exit_status(lambda: call(command_of(app), arguments), arguments)

    process(main)

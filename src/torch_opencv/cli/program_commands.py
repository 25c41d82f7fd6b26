"""Commands made of functions: each takes its own options and those that all programs share."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from torch_opencv._names.sources import why_missing
from torch_opencv.cli.options import RunOptions, check_options, parameters
from torch_opencv.cli.own_apps import load_app
from torch_opencv.errors import TorchOpencvError

if TYPE_CHECKING:
    from torch_opencv.live.results import Results
    from torch_opencv.live.sources import Source

_log = logging.getLogger("torch_opencv")


def command_of(app: Callable[..., Any]) -> typer.Typer:
    """The command line of an app's class, which is made without arguments, or of a function that is an app."""
    single = typer.Typer(
        context_settings={"help_option_names": ["-h", "--help"]}, add_completion=False, pretty_exceptions_enable=False
    )
    single.command(help=inspect.getdoc(app))(_own_command(app))
    return single


def _own_command(app: Callable[..., Any]) -> Callable[..., int]:
    from torch_opencv.live.app import App

    def make(sources: Sequence[Source], options: RunOptions, /) -> Any:
        return app() if inspect.isclass(app) else app

    answers = getattr(app, "fields", App.fields) is not App.fields and not getattr(app, "replaces_frame", False)
    return program_command(make, title=app.__name__, answers=answers)


def run_own(
    app: Annotated[str, typer.Argument(metavar="FILE.py:APP", help="A Python file of yours, and the app in it.")],
    **values: Any,
) -> int:
    """Run an app of your own: a class in a Python file, made without arguments, or a function of an image."""
    status: int = _own_command(load_app(app))(**values)
    return status


def with_shared_options(run: Callable[..., int]) -> Callable[..., int]:
    """A function of an app's name and of the shared options as a command, whose options typer can tell.

    Args:
        run: takes `app`, and all of `cli.options.parameters` by name.
    """

    def command(**values: Any) -> int:
        return run(**values)

    own = inspect.signature(run, eval_str=True).parameters["app"].replace(kind=inspect.Parameter.KEYWORD_ONLY)
    command.__signature__ = inspect.Signature([own, *parameters()])  # type: ignore[attr-defined]  # for typer
    return command


def program_command(
    make: Callable[..., Any],
    *,
    title: str,
    answers: bool,
    outputs: Callable[..., Any] | None = None,
    at_once: Callable[..., int | None] | None = None,
) -> Callable[..., int]:
    """A command of a function that makes an app of the sources, all options and its own: it takes the shared ones, too.

    Likewise `outputs`, which makes what else results are written to, and `at_once`, which may do all of it in a quicker
    way, and gives the exit status then.
    """
    shared = parameters()
    names = [one.name for one in shared]
    own, own_of_outputs = _own_options(make), _own_options(outputs) if outputs else []

    def command(**values: Any) -> int:
        options = RunOptions(**{name: values.pop(name) for name in names})
        if options.ray_address:
            options = replace(options, ray=True)
        _log.setLevel(logging.WARNING if options.quiet else logging.INFO)
        if missing := next(filter(None, map(why_missing, options.sources or [])), ""):
            raise TorchOpencvError(missing)
        further = {one.name: values.pop(one.name) for one in own_of_outputs}
        if options.ray:
            from torch_opencv.cli.on_ray import run_on_ray

            program = title.removeprefix("torch-opencv ")
            return run_on_ray(make, options, program=program, values=values, further=further)
        check_options(options)
        if at_once and (status := at_once(options, **values)) is not None:
            return status
        from torch_opencv.cli.run_program import run_program

        device = values.get("device")

        def further_results(sources: Sequence[Source]) -> Sequence[Results]:
            assert outputs is not None
            found: Sequence[Results] = outputs(sources, options, **further)
            return found

        return run_program(
            lambda sources: make(sources, options, **values),
            options,
            title=title,
            device=device,
            answers=answers,
            outputs=further_results if outputs else None,
        )

    everything = [shared[0], *own, *own_of_outputs, *shared[1:]]
    command.__signature__ = inspect.Signature(everything)  # type: ignore[attr-defined]  # for typer
    return command


def _own_options(make: Callable[..., Any]) -> list[inspect.Parameter]:
    """The parameters of a function that are options, as keyword-only ones with their types."""
    hints = get_type_hints(make, {**make.__globals__, "Source": object, "Results": object}, include_extras=True)
    return [
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[one.name])
        for one in inspect.signature(make).parameters.values()
        if one.kind is not inspect.Parameter.POSITIONAL_ONLY
    ]

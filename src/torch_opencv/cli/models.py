"""`torch-opencv models`: list, fetch, verify, path; inspect, convert. Thin over `torch_opencv.weights` and `.t7`.

Failures are `WeightsError`s and `T7Error`s; the command line's main program prints them on stderr and exits with 2.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from torch_opencv.weights import Entry

app = typer.Typer(no_args_is_help=True, help="Weights: what there is, where it is, fetching and verifying it.")


def _names() -> list[str]:
    from torch_opencv import weights

    return list(weights.names())


@app.command("list")
def list_weights() -> None:
    """Show all weights, and where they are now. Piped, it prints tab-separated lines without a heading."""
    from torch_opencv import weights

    rows = [
        (entry.name, entry.task, _size(entry), entry.licence, *_where(entry))
        for entry in map(weights.entry, weights.names())
    ]
    if not sys.stdout.isatty():
        for row in rows:
            print("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("name", "task", "size", "licence", "where"):
        table.add_column(heading, justify="right" if heading == "size" else "left", no_wrap=heading in ("name", "size"))
    for name, task, size, licence, where, _ in rows:
        table.add_row(name, task, _readable(size), licence, where)
    Console().print(table)


@app.command()
def fetch(
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAME...", help="Names from `torch-opencv models list`.", autocompletion=_names),
    ],
    accept_sha256: Annotated[
        str | None,
        typer.Option(
            metavar="SUM",
            help="Open what nobody has published a checksum of, if what comes has this one. Default: it is asked.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Fetch weights that are not on this machine yet, and say where they are."""
    from torch_opencv import weights

    if accept_sha256 is not None:
        _check_sum(accept_sha256, names)

    def accepts(found: str, size: int) -> bool:
        if accept_sha256 is not None:
            return found == accept_sha256.lower()
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return False
        print(
            f"Nobody has published a checksum of it. The {size / 1e6:.1f} MB that came have the sha256", file=sys.stderr
        )
        return _confirmed(f"{found}. Open it from now on?")

    for name, path in zip(names, weights.fetch(*names, accepts=accepts), strict=True):
        print(f"{name}\t{path}")


@app.command()
def verify(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME...]", help="Default: all that are here.", autocompletion=_names),
    ] = None,
) -> None:
    """Read the weights on this machine again and compare them with their checksums."""
    from torch_opencv import weights

    chosen = names or [name for name in weights.names() if weights.copies(name)]
    failures = []
    for name in chosen:
        try:
            for copy in weights.verify(name):
                print(f"{name}\tgood\t{copy.path}")
        except weights.WeightsError as error:  # noqa: PERF203 (all failures are reported)
            failures.append(str(error))
    if failures:
        raise weights.WeightsError("\n".join(failures))


@app.command()
def path(
    name: Annotated[str, typer.Argument(help="A name from `torch-opencv models list`.", autocompletion=_names)],
) -> None:
    """Print the path of one weights file, for scripts; it is fetched first if it isn't here, and verified always."""
    from torch_opencv import weights

    print(weights.path(name))


_T7File = Annotated[
    Path, typer.Argument(metavar="FILE.t7", help="A Torch7 file.", exists=True, dir_okay=False, show_default=False)
]


@app.command()
def inspect(
    file: _T7File,
    depth: Annotated[int, typer.Option(metavar="N", min=1, max=100, help="How many levels to show.")] = 20,
    items: Annotated[int, typer.Option(metavar="N", min=1, help="How many entries of each table to show.")] = 30,
) -> None:
    """Show what is in a Torch7 file: a tree, and how many parameters there are. Nothing in it is run."""
    from torch_opencv import t7
    from torch_opencv.t7.outline import outline, summary

    content = t7.load(file)
    for line in outline(content, depth=depth, items=items):
        print(line)
    print(summary(content))


@app.command()
def convert(
    source: _T7File,
    target: Annotated[
        Path, typer.Argument(metavar="OUT.safetensors|OUT.onnx", help="What to write.", show_default=False)
    ],
    size: Annotated[
        str | None,
        typer.Option(
            metavar="WIDTHxHEIGHT", help="For ONNX: the network's input, or its number of features.", show_default=False
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
) -> None:
    """Turn a Torch7 file into a .safetensors file (its tensors) or an .onnx file (its network)."""
    from torch_opencv.t7.convert import to_onnx, to_safetensors

    kind = target.suffix.lower()
    if kind not in (".safetensors", ".onnx"):
        raise typer.BadParameter(f"{target} should end with .safetensors or .onnx", param_hint="OUT")
    if size is not None and (kind != ".onnx" or not re.fullmatch(r"[1-9]\d{0,5}(x[1-9]\d{0,5})?", size)):
        raise typer.BadParameter(f"{size!r}; it is for .onnx files, and WIDTHxHEIGHT or a number", param_hint="--size")
    if target.exists() and not force:
        raise typer.BadParameter(f"{target} exists; --force overwrites it", param_hint="OUT")
    if kind == ".onnx":
        said = to_onnx(source, target, None if size is None else tuple(map(int, size.split("x"))))
    else:
        said = to_safetensors(source, target)
    print(f"{target}: {said}")


def _confirmed(question: str) -> bool:
    """The user's answer; no if there is none. (typer.confirm writes a space to standard output.)"""
    while True:
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:
            print(file=sys.stderr)
        answer = line.strip().lower()
        if answer in ("y", "yes", "n", "no", ""):
            return answer.startswith("y")
        print("y or n, please", file=sys.stderr)


def _check_sum(accepted: str, names: list[str]) -> None:
    """typer.BadParameter if a sum can't be what is meant to be accepted of some weights."""
    from torch_opencv import weights

    reason = None
    if not re.fullmatch("[0-9A-Fa-f]{64}", accepted):
        reason = "it is 64 hex digits"
    elif len(set(names)) > 1:
        reason = f"it is the sum of one archive: give one name with it, not {len(set(names))}"
    elif not weights.entry(names[0]).by_hand:
        reason = f"the checksum of {names[0]} is published, and verified anyway: leave it out"
    if reason:
        raise typer.BadParameter(reason, param_hint="--accept-sha256")


def _readable(size: str) -> str:
    if not size:
        return "?"
    return f"{int(size) / 1e6:.1f} MB" if int(size) > 1e6 else f"{int(size) / 1e3:.0f} kB"


def _size(entry: Entry) -> str:
    return "" if entry.size is None else str(entry.size)


def _where(entry: Entry) -> tuple[str, str]:
    from torch_opencv import weights

    found = weights.copies(entry.name)
    good = next((copy for copy in found if copy.problem is None), None)
    if good:
        return good.location, str(good.path)
    if found:
        return f"damaged ({found[0].location})", str(found[0].path)
    return "not here", ""

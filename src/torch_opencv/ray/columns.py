"""Results as columns of a table, nested as in the lines of ``--results``.

The programs' own fields have the same types everywhere, so that the files of a folder fit one another, whether faces
were found in the first one or not. Those of other apps are as Arrow sees them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import pyarrow as pa

ROW = {"id": pa.string(), "path": pa.string(), "frame": pa.int64(), "time": pa.float64()}
"""What each row has, whatever the program."""

_CLASS = pa.struct({"label": pa.string(), "wnid": pa.string(), "score": pa.float64()})
_FACE = pa.struct(
    {
        "box": pa.list_(pa.float64()),
        "score": pa.float64(),
        "age": pa.float64(),
        "gender": pa.string(),
        "gender_score": pa.float64(),
        "expression": pa.string(),
        "expression_score": pa.float64(),
        "age_group": pa.string(),
        "name": pa.string(),  # this and the next three: of `recognize`, which has none of the readings
        "distance": pa.float64(),
        "margin": pa.float64(),
        "name_score": pa.float64(),
        "track": pa.int64(),
    }
)
_PROGRAMS: dict[frozenset[str], dict[str, pa.DataType]] = {
    frozenset(types): types
    for types in (
        {"classes": pa.list_(_CLASS)},
        {"faces": pa.list_(_FACE)},
        {"caption": pa.string(), "logprob": pa.float64(), "alternatives": pa.list_(pa.string())},
        {"style": pa.string(), "size": pa.list_(pa.int64()), "model_ms": pa.float64()},
    )
}


def as_arrays(rows: Sequence[Mapping[str, object]]) -> dict[str, pa.Array]:
    """Rows as columns.

    Args:
        rows: of fields, as `App.fields` gives them; what one lacks is null there.

    Returns:
        The columns by their names, in the order in which they first come.
    """
    names = dict.fromkeys(name for row in rows for name in row)
    types = {**ROW, **_PROGRAMS.get(frozenset(set(names) - ROW.keys()), {})}
    return {name: _array([row.get(name) for row in rows], types.get(name)) for name in names}


def _array(values: list[object], wanted: pa.DataType | None) -> pa.Array:
    if wanted is not None and _holds(wanted, values):
        with suppress(pa.ArrowInvalid, pa.ArrowTypeError):
            return pa.array(values, wanted)
    return pa.array(values)


def _holds(wanted: pa.DataType, values: list[object]) -> bool:
    """Whether a type has a place for all keys, which Arrow would drop: another app may call its field as ours do."""
    if not (pa.types.is_list(wanted) and pa.types.is_struct(wanted.value_type)):
        return True
    names = {field.name for field in wanted.value_type}
    items = [item for value in values if isinstance(value, list) for item in value]
    return all(names.issuperset(item) for item in items if isinstance(item, dict))

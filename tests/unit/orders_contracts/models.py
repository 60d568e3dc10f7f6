"""Any event at all: strategies made from the models' own fields."""

import types
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin
from uuid import UUID

import msgspec
from hypothesis import strategies as st
from msgspec import Struct

_PLAIN: Final[dict[object, st.SearchStrategy[Any]]] = {
    str: st.text(max_size=20),
    int: st.integers(min_value=-(2**63), max_value=2**63 - 1),
    bool: st.booleans(),
    UUID: st.uuids(),
    types.NoneType: st.none(),
    Any: st.one_of(st.text(max_size=20), st.booleans(), st.none(), st.lists(st.integers(-9, 9), max_size=2)),
}


def instances(model: type[Struct]) -> st.SearchStrategy[Any]:
    """Instances of `model`, with anything in their fields that the types allow."""
    return st.builds(model, **{field.name: _of(field.type) for field in msgspec.structs.fields(model)})


def _of(annotation: Any) -> st.SearchStrategy[Any]:
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _of(inner[0])
    if origin in {Union, types.UnionType}:
        return st.one_of(*map(_of, inner))
    if origin in _MADE_OF:
        return _MADE_OF[origin](inner)
    return instances(annotation)


_MADE_OF: Final[dict[object, Callable[[Any], st.SearchStrategy[Any]]]] = {
    Literal: st.sampled_from,
    tuple: lambda inner: st.lists(_of(inner[0]), max_size=3).map(tuple),
    dict: lambda inner: st.dictionaries(_of(inner[0]), _of(inner[1]), max_size=3),
}

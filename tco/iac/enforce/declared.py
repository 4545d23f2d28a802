"""A resource as a program declares it, in the names of the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from pulumi import _types as sdk_types  # pyright: ignore[reportPrivateUsage]  no public reader

from tco.iac.estimate.nodes import Resource
from tco.iac.estimate.regions import stated_region

__all__ = ["declared_resource"]


def declared_resource(
    kind: str, name: str, props: Mapping[str, Any], region: str | None
) -> Resource:
    """Return a resource as the program declares it; outputs in its inputs are not known yet."""
    inputs = cast("Mapping[str, Any]", _plain(props))
    own = stated_region(inputs)
    return Resource(
        urn=f"{kind}::{name}",
        type=kind,
        name=name,
        inputs=inputs,
        region=own if isinstance(own, str) else region,
    )


def _plain(value: Any) -> Any:
    """Return a value in the names of the engine, however deep; outputs stay as they are."""
    if sdk_types.is_input_type(cast("type[object]", type(value))):
        return {key: _plain(item) for key, item in sdk_types.input_type_to_dict(value).items()}
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return {_camel(key): _plain(item) for key, item in items if item is not None}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(item) for item in cast("Sequence[Any]", value)]
    return value


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)

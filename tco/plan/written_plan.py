"""The plan and the region in a stack's configuration, before they are checked."""

from __future__ import annotations

from typing import Any

from tco.errors import BadInput, Problem
from tco.files import as_list, as_mapping
from tco.plan.plan import PLAN_KEY
from tco.providers.aws import REGION_KEY

__all__ = ["written_plan"]


def written_plan(config: dict[str, Any], shown: str) -> tuple[dict[str, Any], str | None]:
    """Return the plan as its author wrote it, and the region.

    Raises BadInput where there is none, and for a plan that holds a secret.
    """
    if PLAN_KEY not in config:
        raise BadInput(
            [Problem(shown, "config", f"holds no {PLAN_KEY}.", "See README.md for a first plan.")]
        )
    region = config.get(REGION_KEY)
    if region is not None and not isinstance(region, str):
        raise BadInput([Problem(shown, REGION_KEY, f"{region!r} is not a region.")])
    given = config[PLAN_KEY]
    secret = _secret_path(given, PLAN_KEY)
    if secret:
        raise BadInput(
            [
                Problem(
                    shown,
                    secret,
                    "the plan cannot hold a secret.",
                    "Write the value, or the name of the secret.",
                )
            ]
        )
    written = as_mapping(given)
    if written is None:
        kind = "empty" if given is None else f"a {type(given).__name__}"
        raise BadInput([Problem(shown, PLAN_KEY, f"is {kind}, not a mapping.")])
    return written, region


def _secret_path(value: object, path: str) -> str:
    """Return the path of a ``secure:`` value, or an empty string."""
    for key, inner in (as_mapping(value) or {}).items():
        if key == "secure" and isinstance(inner, str):
            return path
        if found := _secret_path(inner, f"{path}.{key}"):
            return found
    for index, inner in enumerate(as_list(value) or ()):
        if found := _secret_path(inner, f"{path}[{index}]"):
            return found
    return ""

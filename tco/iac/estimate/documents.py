"""Reading the JSON of ``pulumi preview --json`` and of ``pulumi stack export``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal

from tco.errors import BadInput, Problem
from tco.files import as_list, as_mapping
from tco.iac.estimate.nodes import Resource
from tco.iac.estimate.properties import text
from tco.iac.estimate.regions import stated_region

__all__ = ["LARGEST_DOCUMENT_BYTES", "Document", "document_of", "read_bytes", "read_document"]

LARGEST_DOCUMENT_BYTES: Final = 1 << 29
STATE_VERSIONS: Final = (3, 4)
MOST_PROBLEMS: Final = 10
GONE: Final = frozenset(
    {
        "delete",
        "delete-replaced",
        "discard",
        "discard-replaced",
        "read-discard",
        "remove-pending-replace",
    }
)
"""Operations of a preview after which the resource does not exist."""
PROVIDER: Final = "pulumi:providers:aws"
NO_VALUES: Final[dict[str, Any]] = {}
HOW = "Give it the output of `pulumi preview --json --show-sames` or of `pulumi stack export`."


@dataclass(frozen=True)
class Document:
    """What a file says will exist: each resource once, and what to mind about the list."""

    kind: Literal["preview", "state"]
    resources: tuple[Resource, ...]
    warnings: tuple[str, ...] = ()


def read_bytes(file: str) -> tuple[bytes, str]:
    """The bytes of a file, or of the pipe for ``-``, and what to call it. Raises BadInput."""
    shown = "<stdin>" if file == "-" else file
    try:
        if file == "-":
            return sys.stdin.buffer.read(LARGEST_DOCUMENT_BYTES + 1), shown
        with Path(file).open("rb") as handle:
            return handle.read(LARGEST_DOCUMENT_BYTES + 1), shown
    except FileNotFoundError:
        raise _refuse(shown, "there is no such file.") from None
    except OSError as error:
        raise _refuse(shown, f"cannot be read: {error.strerror}.") from None


def read_document(data: bytes, shown: str) -> Document:
    """The resources in the bytes of a file. Raises BadInput for anything else."""
    if len(data) > LARGEST_DOCUMENT_BYTES:
        raise _refuse(shown, f"is larger than the {LARGEST_DOCUMENT_BYTES:,} bytes tco reads.")
    head = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        raise _refuse(shown, "the file is empty.", HOW)
    if not head.startswith(b"{"):
        begin = head[:12].decode("utf-8", "replace")
        raise _refuse(shown, f"is no JSON object: it begins with {begin!r}.", HOW)
    return document_of(_parsed(data, shown), shown)


def _parsed(data: bytes, shown: str) -> object:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _refuse(shown, f"byte {error.start} is not UTF-8.", HOW) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _refuse(
            shown,
            f"not valid JSON: {error.msg.removesuffix(' starting at')}.",
            _json_hint(error),
            where,
        ) from None
    except ValueError as error:
        raise _refuse(shown, f"not valid JSON: {error}.", HOW) from None
    except RecursionError:
        raise _refuse(shown, "is nested too deep for any preview.", HOW) from None


def _json_hint(error: json.JSONDecodeError) -> str:
    if error.msg == "Extra data":
        return "It holds more than one document, as a stream of events does. " + HOW
    if error.pos >= len(error.doc.rstrip()) - 1 or error.msg.startswith("Unterminated"):
        return "The file ends in the middle: was the command that wrote it interrupted?"
    return HOW


def document_of(content: object, shown: str) -> Document:
    """The resources in a parsed preview or state. Raises BadInput for anything else."""
    top = as_mapping(content) or {}
    if "steps" in top or "changeSummary" in top:
        return _preview(top, shown)
    if "deployment" in top:
        return _state(top, shown)
    if "checkpoint" in top:
        raise _refuse(shown, "is a checkpoint of a backend.", "Use `pulumi stack export` instead.")
    found = ", ".join(f'"{str(key)[:30]}"' for key in islice(top, 5)) or "nothing"
    raise _refuse(shown, f"is neither a preview nor a state: it holds {found}.", HOW)


def _preview(top: Mapping[str, Any], shown: str) -> Document:
    steps = _mappings(top.get("steps", []), shown, "steps")
    states: dict[str, Mapping[str, Any]] = {}
    for step in steps:
        state = as_mapping(step.get("newState"))
        op = step.get("op")
        if state is not None and op not in GONE and not state.get("delete"):
            urn = str(state.get("urn"))
            if urn not in states or op == "create-replacement":
                states[urn] = state
    config = as_mapping(top.get("config")) or {}
    region = config.get("aws:region")
    resources = _resources(
        states.values(), shown, "steps[].newState", region if isinstance(region, str) else None
    )
    return Document("preview", resources, tuple(_preview_warnings(top, steps)))


def _preview_warnings(top: Mapping[str, Any], steps: list[dict[str, Any]]) -> Iterator[str]:
    summary = as_mapping(top.get("changeSummary")) or {}
    counted = summary.get("same", 0)
    shown = sum(step.get("op") == "same" for step in steps)
    hidden = counted - shown if isinstance(counted, int) else 0
    # The stack itself is always shown.
    if hidden > 0:
        yield (
            f"{hidden} unchanged resource{'s are' if hidden > 1 else ' is'} left out of this "
            "preview, and so out of the total: run `pulumi preview --json --show-sames`"
        )
    errors = [
        one
        for one in as_list(top.get("diagnostics")) or []
        if (as_mapping(one) or {}).get("severity") == "error"
    ]
    if errors:
        yield "the preview failed, so resources after the failure are missing from this list"
    if top.get("maybeCorrupt"):
        yield "Pulumi says that this preview may be corrupt"


def _state(top: Mapping[str, Any], shown: str) -> Document:
    version = top.get("version")
    if version not in STATE_VERSIONS:
        known = " and ".join(str(one) for one in STATE_VERSIONS)
        raise _refuse(
            shown,
            f"is of version {version!r}; tco reads {known}.",
            "Export it again with a current Pulumi: `pulumi stack export`.",
            "version",
        )
    deployment = as_mapping(top.get("deployment"))
    if deployment is None:
        raise _refuse(shown, "holds no deployment.", HOW, "deployment")
    listed = _mappings(deployment.get("resources") or [], shown, "deployment.resources")
    states = [one for one in listed if not one.get("delete")]
    resources = _resources(states, shown, "deployment.resources", None)
    return Document(
        "state", resources, tuple(_state_warnings(deployment, len(listed) - len(states)))
    )


def _state_warnings(deployment: Mapping[str, Any], deleted: int) -> Iterator[str]:
    if deleted:
        yield (
            f"{deleted} resource{'s are' if deleted > 1 else ' is'} to be deleted by the next "
            "update and not counted"
        )
    pending = as_list(deployment.get("pending_operations")) or []
    if pending:
        yield (
            f"an update was interrupted: what {len(pending)} pending "
            f"operation{'s' if len(pending) > 1 else ''} did is not known; run `pulumi refresh`"
        )


def _mappings(value: object, shown: str, path: str) -> list[dict[str, Any]]:
    items = as_list(value)
    if items is None:
        raise _refuse(shown, f"should be a list, it is one {type(value).__name__}.", HOW, path)
    wrong = [place for place, one in enumerate(items) if not isinstance(one, dict)]
    if wrong:
        raise BadInput(
            Problem(shown, f"{path}[{place}]", "should be an object.")
            for place in wrong[:MOST_PROBLEMS]
        )
    return items


def _resources(
    states: Iterable[Mapping[str, Any]], shown: str, path: str, config_region: str | None
) -> tuple[Resource, ...]:
    """Every state as a resource; states without URN or type are refused."""
    states = list(states)
    wrong = [one for one in states if not _named(one)]
    if wrong:
        raise BadInput(
            Problem(shown, path, f"a resource without urn and type: {str(one)[:60]}.")
            for one in wrong[:MOST_PROBLEMS]
        )
    providers = {
        one["urn"]: text(one.get("inputs") or NO_VALUES, "region")
        for one in states
        if one["type"] == PROVIDER
    }
    return tuple(_resource(one, providers, config_region) for one in states)


def _named(state: Mapping[str, Any]) -> bool:
    return isinstance(state.get("urn"), str) and isinstance(state.get("type"), str)


def _resource(
    state: Mapping[str, Any], providers: Mapping[str, Any], config_region: str | None
) -> Resource:
    urn, kind = state["urn"], state["type"]
    own_id = state.get("id")
    return Resource(
        urn,
        kind,
        urn.rpartition("::")[2],
        as_mapping(state.get("inputs")) or NO_VALUES,
        _region(state, providers, config_region) if kind.startswith("aws:") else None,
        own_id if isinstance(own_id, str) else None,
        as_mapping(state.get("outputs")) or NO_VALUES,
        as_mapping(state.get("propertyDependencies")) or NO_VALUES,
        state.get("custom") is True and not state.get("external"),
    )


def _region(
    state: Mapping[str, Any], providers: Mapping[str, Any], config_region: str | None
) -> str | None:
    """The region that the resource states, or that of its provider."""
    inputs = as_mapping(state.get("inputs")) or NO_VALUES
    stated = stated_region(inputs, as_mapping(state.get("outputs")))
    if stated is None:
        provider = state.get("provider")
        named = provider if isinstance(provider, str) else ""
        return _provider_region(named, providers, config_region)
    return stated if isinstance(stated, str) else None


def _provider_region(
    provider: str, providers: Mapping[str, Any], config_region: str | None
) -> str | None:
    """The region of a resource's provider; the default one has no step of its own in a preview."""
    urn = provider.rpartition("::")[0]
    if urn in providers:
        region = providers[urn]
        return region if isinstance(region, str) else None
    name = urn.rpartition("::")[2]
    return config_region if not name or name.startswith("default") else None


def _refuse(shown: str, message: str, hint: str = "", path: str = "") -> BadInput:
    return BadInput([Problem(shown, path, message, hint)])

"""Reading the JSON of ``pulumi preview --json`` and of ``pulumi stack export``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal, cast

from tco.errors import BadInput, Problem
from tco.iac.estimate.engine_json import HOW, Fields, Problems, parse
from tco.iac.estimate.nodes import Resource
from tco.iac.estimate.properties import Unknown, text
from tco.iac.estimate.regions import stated_region

__all__ = [
    "LARGEST_DOCUMENT_BYTES",
    "Document",
    "document_of",
    "read_document",
    "read_file",
    "shown_as",
]

LARGEST_DOCUMENT_BYTES: Final = 1 << 29
STATE_VERSIONS: Final = (3, 4)
LARGEST_VERSION: Final = 1_000_000
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


@dataclass(frozen=True)
class Document:
    """The resources of a file, each once, and notes about the list."""

    kind: Literal["preview", "state"]
    resources: tuple[Resource, ...]
    warnings: tuple[str, ...] = ()


def shown_as(file: str) -> str:
    """Return the name of a file, or of the pipe for ``-``."""
    return "<stdin>" if file == "-" else file


def read_file(file: str) -> Document:
    """Return the resources in a file, or in the pipe for ``-``. Raises BadInput."""
    return read_document(_read_bytes(file), shown_as(file))


def _read_bytes(file: str) -> bytes:
    shown = shown_as(file)
    try:
        if file == "-":
            return sys.stdin.buffer.read(LARGEST_DOCUMENT_BYTES + 1)
        with Path(file).open("rb") as handle:
            return handle.read(LARGEST_DOCUMENT_BYTES + 1)
    except FileNotFoundError:
        raise _refuse(shown, "there is no such file.") from None
    except OSError as error:
        raise _refuse(shown, f"cannot be read: {error.strerror}.") from None


def read_document(data: bytes, shown: str) -> Document:
    """Return the resources in the bytes of a file. Raises BadInput for anything else."""
    _check_begin(data, shown)
    content = parse(data, shown)
    del data  # a large file is not held while its values are read
    return document_of(content, shown)


def _check_begin(data: bytes, shown: str) -> None:
    """Raise BadInput where the bytes are too many, or none of a JSON object."""
    if len(data) > LARGEST_DOCUMENT_BYTES:
        raise _refuse(shown, f"is larger than the {LARGEST_DOCUMENT_BYTES:,} bytes tco reads.")
    head = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        raise _refuse(shown, "the file is empty.", HOW)
    if not head.startswith(b"{"):
        begin = head[:12].decode("utf-8", "replace")
        raise _refuse(shown, f"is not a JSON object: it begins with {begin!r}.", HOW)


def document_of(content: object, shown: str) -> Document:
    """Return the resources in a parsed preview or state. Raises BadInput for anything else."""
    values = cast("dict[str, Any]", content) if isinstance(content, dict) else {}
    top = Fields(values, Problems(shown))
    if "steps" in top.values or "changeSummary" in top.values:
        return _preview(top)
    if "deployment" in top.values:
        return _state(top)
    if "checkpoint" in top.values:
        raise _refuse(shown, "is a checkpoint of a backend.", "Use `pulumi stack export` instead.")
    found = ", ".join(f'"{str(key)[:30]}"' for key in islice(top.values, 5)) or "nothing"
    raise _refuse(shown, f"is neither a preview nor a state: it holds {found}.", HOW)


def _preview(top: Fields) -> Document:
    steps = top.items("steps")
    states: dict[str, Fields] = {}
    for step in steps:
        state = step.fields("newState")
        op = step.text("op")
        if state.values and op not in GONE and not state.flag("delete"):
            urn = state.required_text("urn")
            if urn not in states or op == "create-replacement":
                states[urn] = state
    region = top.fields("config").text("aws:region")
    resources = _resources(states.values(), region)
    warnings = tuple(_preview_warnings(top, steps))
    top.problems.raise_any()
    return Document("preview", resources, warnings)


def _preview_warnings(top: Fields, steps: list[Fields]) -> Iterator[str]:
    shown = sum(step.values.get("op") == "same" for step in steps)
    hidden = top.fields("changeSummary").count("same") - shown
    # The stack itself is always shown.
    if hidden > 0:
        yield (
            f"{hidden} unchanged resource{'s are' if hidden > 1 else ' is'} left out of this "
            "preview, and so out of the total: run `pulumi preview --json --show-sames`"
        )
    if any(diagnostic.text("severity") == "error" for diagnostic in top.items("diagnostics")):
        yield "the preview failed, so resources after the failure are missing from this list"
    if top.flag("maybeCorrupt"):
        yield "Pulumi reports that this preview may be corrupt"


def _state(top: Fields) -> Document:
    version = top.values.get("version")
    if type(version) is not int or version not in STATE_VERSIONS:
        known = " and ".join(str(version) for version in STATE_VERSIONS)
        stated = version if type(version) is int and version < LARGEST_VERSION else "unknown"
        raise _refuse(
            top.problems.shown,
            f"is of version {stated}; tco reads {known}.",
            "Export it again with a current Pulumi: `pulumi stack export`.",
            "version",
        )
    if top.values["deployment"] is None:
        raise _refuse(top.problems.shown, "holds no deployment.", HOW, "deployment")
    deployment = top.fields("deployment")
    listed = deployment.items("resources")
    states = [entry for entry in listed if not entry.flag("delete")]
    resources = _resources(states, None)
    warnings = tuple(_state_warnings(deployment, len(listed) - len(states)))
    top.problems.raise_any()
    return Document("state", resources, warnings)


def _state_warnings(deployment: Fields, deleted: int) -> Iterator[str]:
    if deleted:
        yield (
            f"{deleted} resource{'s are' if deleted > 1 else ' is'} to be deleted by the next "
            "update and not counted"
        )
    pending = len(deployment.items("pending_operations"))
    if pending:
        yield (
            f"an update was interrupted: what {pending} pending "
            f"operation{'s' if pending > 1 else ''} did is not known; run `pulumi refresh`"
        )


def _resources(states: Iterable[Fields], config_region: str | None) -> tuple[Resource, ...]:
    """Return every state as a resource; note those without URN or type."""
    listed = [(state, state.required_text("urn"), state.required_text("type")) for state in states]
    providers = {
        urn: text(state.mapping("inputs"), "region")
        for state, urn, kind in listed
        if kind == PROVIDER
    }
    region_of_provider = cache(
        partial(_provider_region, providers=providers, config_region=config_region)
    )
    return tuple([_resource(*entry, region_of_provider) for entry in listed])


def _resource(
    state: Fields,
    urn: str,
    kind: str,
    region_of_provider: Callable[[str], str | Unknown | None],
) -> Resource:
    inputs, outputs = state.mapping("inputs"), state.mapping("outputs")
    region = None
    if kind.startswith("aws:"):
        region = stated_region(inputs, outputs)
        if region is None:
            region = region_of_provider(state.text("provider") or "")
    return Resource(
        urn=urn,
        type=kind,
        name=urn.rpartition("::")[2],
        inputs=inputs,
        region=region if isinstance(region, str) else None,
        id=state.text("id"),
        outputs=outputs,
        property_dependencies=state.text_lists("propertyDependencies"),
        provided=state.flag("custom") and not state.flag("external"),
    )


def _provider_region(
    provider: str, providers: Mapping[str, Any], config_region: str | None
) -> str | Unknown | None:
    """Return the region of a resource's provider.

    The default one has no step of its own in a preview.
    """
    urn = provider.rpartition("::")[0]
    if urn in providers:
        return providers[urn]
    name = urn.rpartition("::")[2]
    return config_region if not name or name.startswith("default") else None


def _refuse(shown: str, message: str, hint: str = "", path: str = "") -> BadInput:
    return BadInput([Problem(shown, path, message, hint)])

"""A stand-in for Pulumi's AWS provider: the real one cannot be built where tests run offline.

Test equipment. It applies what a program declares to moto, so that a request which AWS would
refuse is refused. What moto lacks is checked against botocore's service model and kept nowhere
but in the log of calls; `RECORDED` in aws_calls.py says what that is. Every call that changes
something leaves a line in the log before it is made.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aws_calls
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import (
    CreateRequest,
    CreateResponse,
    DeleteRequest,
    DiffRequest,
    DiffResponse,
    InvokeRequest,
    InvokeResponse,
    Provider,
    ReadRequest,
    ReadResponse,
    UpdateRequest,
    UpdateResponse,
)
from pulumi.provider.experimental.server import main

LOG = Path(os.environ["TCO_TEST_CALLS"])
SLOW = os.environ.get("TCO_TEST_SLOW", "")
"""A resource type whose creation is answered only after a while, so that a test can interrupt."""

SLOW_SECONDS = 60

Values = dict[str, PropertyValue]


def plain(value: PropertyValue) -> Any:
    """A property value as Python has it; whole numbers as integers, unknown as UNKNOWN."""
    inner = value.value
    if isinstance(inner, str | bool) or inner is None:
        return inner
    if isinstance(inner, float):
        return int(inner) if inner.is_integer() else inner
    if isinstance(inner, Mapping):
        return {key: plain(part) for key, part in inner.items()}
    if isinstance(inner, Sequence):
        return [plain(part) for part in inner]
    return aws_calls.UNKNOWN


def wrapped(value: Any) -> PropertyValue:
    """A Python value as a property value."""
    if isinstance(value, dict):
        return PropertyValue({key: wrapped(part) for key, part in value.items()})
    if isinstance(value, list):
        return PropertyValue([wrapped(part) for part in value])
    if isinstance(value, int) and not isinstance(value, bool):
        return PropertyValue(float(value))
    return PropertyValue(value)


def inputs_of(values: Values) -> dict[str, Any]:
    """The inputs of a resource as Python has them."""
    return {key: plain(value) for key, value in values.items() if not key.startswith("__")}


def token_of(urn: str) -> str:
    """A resource's own type: its URN names the types of its parents too."""
    return urn.split("::")[2].rpartition("$")[2]


def state_of(inputs: dict[str, Any], made: dict[str, Any]) -> Values:
    """What is kept of a resource: its inputs, and what its creation reported."""
    return {key: wrapped(part) for key, part in {**inputs, **made}.items()}


def log(operation: str, token: str, name: str, inputs: dict[str, Any]) -> None:
    """A line for a call, on disk before the call is made."""
    line = json.dumps({"operation": operation, "type": token, "name": name, "inputs": inputs})
    with LOG.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def created(token: str, identity: str) -> dict[str, Any]:
    """The inputs of a resource that goes by its name, from the log."""
    for line in LOG.read_text(encoding="utf-8").splitlines():
        call = json.loads(line)
        if (call["type"], call["inputs"].get("name")) == (token, identity):
            return call["inputs"]
    return {}


class StandIn(Provider):
    """Creates, updates and deletes against moto."""

    async def create(self, request: CreateRequest) -> CreateResponse:
        """Create a resource; in a preview its inputs are all that is known."""
        if request.preview:
            return CreateResponse("", request.properties)
        inputs = inputs_of(request.properties)
        log("create", token_of(request.urn), request.name, inputs)
        identity, made = aws_calls.create(token_of(request.urn), inputs)
        if token_of(request.urn) == SLOW:
            time.sleep(SLOW_SECONDS)
        return CreateResponse(identity, state_of(inputs, made))

    async def diff(self, request: DiffRequest) -> DiffResponse:
        """Which inputs changed, and whether one of them asks for a new resource."""
        old, new = inputs_of(request.old_state), inputs_of(request.new_inputs)
        keys = {*new, *(key for key in old if key not in aws_calls.OUTPUTS)}
        changed = [key for key in sorted(keys) if old.get(key) != new.get(key)]
        replaced = [
            key for key in changed if key in aws_calls.REPLACED.get(token_of(request.urn), ())
        ]
        return DiffResponse(changes=bool(changed), replaces=replaced, diffs=changed)

    async def update(self, request: UpdateRequest) -> UpdateResponse:
        """Update a resource in place."""
        if request.preview:
            return UpdateResponse(request.news)
        inputs, old = inputs_of(request.news), inputs_of(request.olds)
        log("update", token_of(request.urn), request.name, inputs)
        made = aws_calls.update(token_of(request.urn), request.resource_id, old, inputs)
        return UpdateResponse(state_of(inputs, made))

    async def delete(self, request: DeleteRequest) -> None:
        """Delete a resource."""
        inputs = inputs_of(request.properties)
        log("delete", token_of(request.urn), request.name, inputs)
        aws_calls.delete(token_of(request.urn), request.resource_id, inputs)

    async def read(self, request: ReadRequest) -> ReadResponse:
        """A resource as it is kept; one to be imported as the log says that it was created."""
        token = token_of(request.urn)
        inputs = inputs_of(request.inputs) or created(token, request.resource_id)
        if not aws_calls.exists(token, request.resource_id, inputs):
            return ReadResponse("", {}, {})
        state = request.properties or state_of(inputs, {})
        return ReadResponse(request.resource_id, state, state_of(inputs, {}))

    async def invoke(self, request: InvokeRequest) -> InvokeResponse:
        """No program under test looks anything up."""
        raise NotImplementedError(f"the stand-in has no function {request.tok}")


if __name__ == "__main__":
    main(sys.argv, "7.51.1", StandIn())

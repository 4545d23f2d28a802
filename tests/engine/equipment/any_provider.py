"""A stand-in for the provider of any cloud: it keeps inputs, and logs what changes something.

Test equipment. It shows what reaches a provider, not what a cloud would say to it.
"""

from __future__ import annotations

import sys

from aws_provider import StandIn, inputs_of, log, state_of, token_of
from pulumi.provider.experimental.provider import (
    CreateRequest,
    CreateResponse,
    DeleteRequest,
    DiffRequest,
    DiffResponse,
    UpdateRequest,
    UpdateResponse,
)
from pulumi.provider.experimental.server import main


class AnyProvider(StandIn):
    """Takes every type and every input."""

    async def create(self, request: CreateRequest) -> CreateResponse:
        """Create a resource under its own name."""
        inputs = inputs_of(request.properties)
        if not request.preview:
            log("create", token_of(request.urn), request.name, inputs)
        return CreateResponse("" if request.preview else request.name, state_of(inputs, {}))

    async def diff(self, request: DiffRequest) -> DiffResponse:
        """Return the inputs that changed, all of which can change in place."""
        old, new = inputs_of(request.old_state), inputs_of(request.new_inputs)
        changed = [key for key in sorted({*old, *new}) if old.get(key) != new.get(key)]
        return DiffResponse(changes=bool(changed), replaces=[], diffs=changed)

    async def update(self, request: UpdateRequest) -> UpdateResponse:
        """Update a resource in place."""
        inputs = inputs_of(request.news)
        if not request.preview:
            log("update", token_of(request.urn), request.name, inputs)
        return UpdateResponse(state_of(inputs, {}))

    async def delete(self, request: DeleteRequest) -> None:
        """Delete a resource."""
        log("delete", token_of(request.urn), request.name, inputs_of(request.properties))


if __name__ == "__main__":
    main(sys.argv, "7.51.1", AnyProvider())

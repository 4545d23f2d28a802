"""Previews and states as they come, whole and broken."""

from __future__ import annotations

import pytest

from tco.errors import BadInput
from tco.iac.estimate.documents import document_of, read_document
from tests.iac.programs import (
    INSTANCE,
    LATER,
    PROVIDER,
    VOLUME,
    Keys,
    Program,
    urn,
)

VPC = "aws:ec2/vpc:Vpc"


def names(content: Keys) -> list[str]:
    return [resource.name for resource in document_of(content, "p").resources]


def regions(content: Keys) -> list[str | None]:
    return [resource.region for resource in document_of(content, "p").resources]


def refused(data: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        read_document(data, "p.json")
    return str(caught.value)


def test_deleted_steps_do_not_count() -> None:
    """What an update deletes or forgets is not there afterwards."""
    program = Program()
    program.add(VPC, "stays", op="same")
    for op in ("delete", "delete-replaced", "discard", "remove-pending-replace"):
        program.add(VPC, op, op=op)
    program.steps.append({"op": "delete", "urn": urn(VPC, "old"), "oldState": {"type": VPC}})
    assert names(program.preview) == ["stays"]


@pytest.mark.parametrize("first", [0, 1])
def test_replaced_resource_counts_once(first: int) -> None:
    """A replacement is several steps of one resource: its new state counts, in any order."""
    steps = [("create-replacement", {"size": 2}), ("replace", {"size": 1})]
    program = Program()
    for op, inputs in (steps[first], steps[1 - first]):
        program.add(VOLUME, "disk", inputs, op=op)
    [found] = document_of(program.preview, "p").resources
    assert found.inputs == {"size": 2}


def test_state_and_preview_read_the_same() -> None:
    """The same program reads the same before and after it is run."""
    program = Program()
    program.group()
    before, after = (document_of(source, "p") for source in (program.preview, program.state))
    assert before.resources == after.resources[1:]
    assert after.resources[0].type == PROVIDER


def test_resource_to_be_deleted_is_no_part_of_a_state() -> None:
    """A replaced resource that still waits for its deletion is reported and not counted."""
    program = Program()
    program.add(VPC, "old", delete=True)
    program.add(VPC, "new")
    found = document_of(program.state, "p")
    assert [resource.name for resource in found.resources][1:] == ["new"]
    assert "1 resource is to be deleted" in found.warnings[0]


def test_region_of_the_resource_wins_over_its_provider_and_the_config() -> None:
    """The nearest statement of a region counts: resource, zone, explicit provider, config."""
    program = Program("us-east-2")
    program.add(PROVIDER, "west", {"region": "us-west-2"}, provider="")
    west = urn(PROVIDER, "west")
    program.add(VPC, "own", {"region": "eu-west-1"}, provider=west)
    program.add(VOLUME, "zone", {"availabilityZone": "us-west-1c"}, provider=west)
    program.add(VPC, "provider", provider=west)
    program.add(VPC, "config")
    assert regions(program.preview)[1:] == ["eu-west-1", "us-west-1", "us-west-2", "us-east-2"]


def test_region_that_is_nowhere_is_not_guessed() -> None:
    """With the region only in the environment, no file says it."""
    program = Program(region=None)
    program.add(VPC, "lost")
    program.add(PROVIDER, "later", {"region": LATER}, provider="")
    program.add(VPC, "unknown", provider=urn(PROVIDER, "later"))
    assert regions(program.preview) == [None, None, None]


def test_component_and_read_resource_are_not_provided() -> None:
    """A component has no cost of its own, and what is only read is paid elsewhere."""
    program = Program()
    program.add("my:index:Web", "component", custom=False)
    program.add(INSTANCE, "read", op="read", external=True)
    found = document_of(program.preview, "p").resources
    assert [resource.provided for resource in found] == [False, False]


def test_hidden_unchanged_resources_are_reported() -> None:
    """A preview leaves unchanged resources out unless asked: the total says so."""
    program = Program()
    program.add(VPC, "changed", op="update")
    program.add(VPC, "shown", op="same")
    program.more = {"changeSummary": {"same": 4, "update": 1}}
    [warning] = document_of(program.preview, "p").warnings
    assert "3 unchanged resources" in warning
    assert "--show-sames" in warning


def test_failed_preview_is_reported() -> None:
    """A preview that failed lists only what came before the failure."""
    program = Program()
    program.more = {"diagnostics": [{"severity": "error", "message": "no"}], "maybeCorrupt": True}
    first, second = document_of(program.preview, "p").warnings
    assert "the preview failed" in first
    assert "corrupt" in second


def test_interrupted_update_is_reported() -> None:
    """What a pending operation did is known to no one until a refresh."""
    program = Program()
    program.more = {"pending_operations": [{"type": "creating"}]}
    assert "pulumi refresh" in document_of(program.state, "p").warnings[0]


@pytest.mark.parametrize(
    ("data", "reported"),
    [
        (b"", "the file is empty"),
        (b"  \n ", "the file is empty"),
        (b"Previewing update (dev)", "is not a JSON object: it begins with 'Previewing u'"),
        (b"[1, 2]", "is not a JSON object"),
        (b"\x00\x01\x02", "is not a JSON object"),
        (b'{"steps": [], "x": "\xff"}', "byte 20 is not UTF-8"),
        (b'{"steps": [{"op": "cre', "The file ends in the middle"),
        (b'{"steps": [', "The file ends in the middle"),
        (b'{"steps": []}\n{"steps": []}', "more than one document"),
        (b'{"steps": [}]}', "line 1, column 12"),
        (b'{"a":' * 100_000, "nested too deep"),
        (b'{"steps":\n' + b"9" * 10_000 + b"}", "line 2: not valid JSON: a number has more than"),
        (b'{"name": "x"}', 'neither a preview nor a state: it holds "name"'),
        (b"{}", "it holds nothing"),
        (b'{"steps": 3}', "steps: should be a list, it is a number"),
        (b'{"steps": [1, {}]}', "steps[0]: should be an object"),
        (b'{"steps": [{"newState": {"urn": 1, "type": "t"}}]}', "newState.urn: should be text"),
        (b'{"steps": [{"newState": {"urn": "u"}}]}', "steps[0].newState.type: is missing"),
        (b'{"version": 2, "deployment": {}}', "is of version 2; tco reads 3 and 4"),
        (b'{"version": 3, "deployment": null}', "holds no deployment"),
        (b'{"version": 3, "deployment": {"resources": {"a": 1}}}', "should be a list"),
        (b'{"version": 3, "checkpoint": {}}', "pulumi stack export"),
    ],
)
def test_bad_file_is_refused_with_what_to_do(data: bytes, reported: str) -> None:
    """Truncated, no JSON, another version, something else: where, what, and what to do."""
    text = refused(data)
    assert text.startswith("p.json: 1 problem")
    assert reported in text


def test_byte_order_mark_is_read() -> None:
    """PowerShell writes one in front of redirected output."""
    assert read_document(b"\xef\xbb\xbf" + b'{"steps": []}', "p").resources == ()


def test_100_mb_of_garbage_is_refused() -> None:
    """A huge file that only begins like a preview is refused, not swallowed."""
    assert "not valid JSON" in refused(b'{"steps": [' + b"x" * 100_000_000)

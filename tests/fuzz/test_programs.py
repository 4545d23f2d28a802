"""Previews and states of every kind: priced, or what is wrong with them."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tco.files import as_mapping
from tests.fuzz.mutations import as_json, damaged, mutated
from tests.fuzz.oracle import Runner
from tests.fuzz.samples import program_vocabulary, programs
from tests.fuzz.shares import share

DAY = ("--pricing-day", "2026-11-28")
documents = st.sampled_from(programs()).flatmap(
    lambda program: mutated(program, program_vocabulary(), 4)
)


@share(0.3)
@given(documents.map(as_json).flatmap(damaged), st.sampled_from(["table", "json"]), st.booleans())
def test_programs(runner: Runner, content: bytes, form: str, piped: bool) -> None:
    """A document of any content is priced, or its problems are listed."""
    path = runner.write("program.json", content)
    name, stdin = ("-", content) if piped else (path.name, b"")
    runner("price", name, "--format", form, *DAY, stdin=stdin)


@share(0.15)
@given(documents, st.integers(0, 3), st.sampled_from(["newState", "oldState", "outputs", "inputs"]))
def test_kinds_of_documents_mixed(runner: Runner, tree: Any, number: int, key: str) -> None:
    """Keys of one kind of document in another are priced or refused, and never crash it."""
    mixed = {**programs()[number % len(programs())], **(as_mapping(tree) or {}), key: tree}
    runner("price", "-", "--format", "json", *DAY, stdin=json.dumps(mixed).encode())


def test_good_documents_are_good(runner: Runner) -> None:
    """What the mutations start from is priced as it is."""
    for tree in programs():
        stdin = as_json(tree).encode()
        assert runner("price", "-", "--format", "json", *DAY, stdin=stdin).code == 0

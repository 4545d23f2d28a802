"""The console script as a process of its own: what must hold, holds on streams of any encoding."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.mutations import as_json, as_yaml, damaged, mutated
from tests.fuzz.oracle import Runner
from tests.fuzz.samples import (
    copy_stacks,
    plan_vocabulary,
    program_vocabulary,
    programs,
    samples,
)
from tests.fuzz.shares import share

ENCODINGS = st.sampled_from(["utf-8", "ascii", "latin-1", "cp1252"])
SAMPLE = next(sample for sample in samples() if sample.name == "article-50")
STACK = SAMPLE.trees[SAMPLE.stack]
FORMS = st.sampled_from(["json", "table"])


@share(0.02)
@given(mutated(STACK, plan_vocabulary()).map(as_yaml).flatmap(damaged), FORMS, ENCODINGS)
def test_stack_files(runner: Runner, content: bytes, form: str, encoding: str) -> None:
    """A stack file of any content is planned or refused on streams of any encoding."""
    if not (runner.folder / "stacks").exists():
        copy_stacks(runner.folder / "stacks", [SAMPLE.name])
    runner.write(f"stacks/{SAMPLE.stack}", content)
    runner.script("plan", "--scenarios", "0", "--format", form, encoding=encoding)


@share(0.02)
@given(mutated(programs()[0], program_vocabulary()), FORMS, ENCODINGS)
def test_programs(runner: Runner, tree: Any, form: str, encoding: str) -> None:
    """So is a preview, out of a pipe."""
    runner.script("price", "-", "--format", form, stdin=as_json(tree).encode(), encoding=encoding)

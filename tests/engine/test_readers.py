"""Both readers of a stack file, the command line's and Pulumi's, read the same plan."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from tco.errors import BadInput
from tco.plan.stack_file import read_stack
from tco.yaml_files import read_yaml
from tests.engine.plans import RESERVED, SPOT, Keys, on_demand, plan
from tests.engine.project import Project

MANY = 60
SHA_256 = 64
TEXTS = [
    *("yes", "on", "null", "~", "1", "1e3", "0x1f", "012", "1:30", "true", "No", "2026-11-23"),
    *("é", "ü €", "🚀", "#", "a: b", "", " padded ", "'quoted'", '"', "tab\there"),
]
"""What one YAML reader or another takes for something else than text, if it is not quoted."""

# Asks Pulumi for every plan of its stack file, and says which digest each has.
PROGRAM = """
import json
from pathlib import Path
import pulumi
from tco.errors import BadInput
from tco.plan.stack_file import stack_from
from tco.yaml_files import read_yaml

config = pulumi.Config("tco")
read = {}
for number in range(int(config.require("plans"))):
    given = {"tco:plan": config.require_object(f"plan{number}"), "aws:region": "us-east-1"}
    try:
        read[str(number)] = stack_from(given, Path("stacks"), "dev").digest
    except BadInput as error:
        read[str(number)] = f"{len(error.problems)} problems"
pulumi.export("read", read)
"""


def some_plan(chance: random.Random) -> Keys:
    """A plan of numbers in every form that a user may write them in."""

    def number() -> float | int:
        return chance.choice(
            [0, 1, 3, 250_000, 1_000_000_000, 0.1, 0.25, 1e-7, 1e21, 2.0, chance.random()]
        )

    def amount() -> Any:
        return chance.choice([number(), sorted([number(), number()])])

    def text() -> str:
        return chance.choice(TEXTS) + chance.choice(["", "x"])

    pools = {"base": RESERVED, "burst": SPOT, "main": on_demand(chance.randrange(4))}
    override = {
        "reason": text() or "x",
        "approved_by": text() or "y",
        "expires": "2999-12-31",
        "max_usd_per_month": amount(),
    }
    return plan(
        pools,
        ["subnet-0a1b2c3d"],
        ops={"fte": {1: 0.25, 4: amount(), 16: 1.5}, "usd_per_fte_year": amount()},
        gate={"override": override, "max_price_age_days": chance.choice([1, 180, 10_000])},
        platform={"usd_per_month": amount(), "usd_per_node_month": amount()},
        guardrails=chance.choice([False, {"budget_emails": [text() or "z"]}]),
    )


def read_here(folder: Path) -> str:
    """The digest of the stack `one` as the command line reads it, or how much is wrong with it."""
    try:
        return read_stack(folder, "one").digest
    except BadInput as error:
        return f"{len(error.problems)} problems"


def test_generated_plans_are_read_alike_by_either_reader(project: Project) -> None:
    """A gate that read another plan than the memo would open for another sum."""
    chance = random.Random(4)
    plans = [some_plan(chance) for _ in range(MANY)]
    config = {f"tco:plan{number}": given for number, given in enumerate(plans)}
    project.write("stacks/Pulumi.dev.yaml", {"config": {**config, "tco:plans": str(MANY)}})
    project.write("__main__.py", PROGRAM)
    project.init()
    project.done("up", "--yes", "--skip-preview", "--stack", "dev")
    read = project.output("read")
    assert sum(len(digest) == SHA_256 for digest in read.values()) > MANY / 4
    for number, given in enumerate(plans):
        project.stack(given, "one")
        assert read[str(number)] == read_here(project.folder / "stacks"), given


def test_a_number_is_still_one_after_pulumi_has_saved_the_stack_file(tmp_path: Path) -> None:
    """Pulumi saves 0.0000001 as 1e-07, which YAML 1.1 calls a text."""
    file = tmp_path / "Pulumi.one.yaml"
    file.write_text("config: {small: 1e-07, whole: 1e3, text: 1e3x}", encoding="utf-8")
    assert read_yaml(file, "one")["config"] == {"small": 1e-7, "whole": 1000.0, "text": "1e3x"}

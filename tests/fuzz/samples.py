"""Good documents to start from: the example stacks, recorded programs, a week of requests."""

from __future__ import annotations

import copy
import datetime as dt
import functools
import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tco.yaml_reader import load
from tests.fuzz.mutations import Vocabulary
from tests.iac.recording import RECORDED

__all__ = [
    "ROOT",
    "WEEK",
    "Sample",
    "copy_stacks",
    "plan_vocabulary",
    "program_vocabulary",
    "programs",
    "samples",
]

ROOT = Path(__file__).parents[2]
STACKS = ROOT / "stacks"
PAGE_YAML = re.compile(r"^```yaml\n((?:config|timezone|source):.*?)^```", re.MULTILINE | re.DOTALL)
CONTRACT: list[dict[str, Any]] = [
    {
        **{"instance": "p5.*", "region": "us-*", "purchase": ["on-demand", "spot"]},
        **{"percent_off": 12, "from": "2026-10-01", "until": "2027-09-30"},
        **{"committed_usd_per_month": 50_000, "other_usd_per_month": 20_000, "signed": True},
    },
    {"api": "anthropic/*", "percent_off": 15, "committed_usd_per_month": 1000},
    {
        "api": "deepseek/*",
        "tiers": [
            {"above_usd_per_month": 100, "percent_off": 10},
            {"above_usd_per_month": 500, "percent_off": 20},
        ],
    },
]
"""The discounts that every price book has beside its own rows."""
MONDAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
WEEK = [(MONDAY + dt.timedelta(hours=hour)).isoformat() for hour in range(168)]


@dataclass(frozen=True)
class Sample:
    """A stack with the files it names, each parsed, by their paths in the folder."""

    name: str
    stack: str
    workloads: tuple[str, ...]
    books: tuple[str, ...]
    trees: dict[str, Any] = field(repr=False)


def copy_stacks(folder: Path, names: Iterable[str] | None = None) -> None:
    """Copy the example stacks into a folder, all of them or some."""
    shutil.copytree(STACKS, folder)
    if names is not None:
        kept = {f"Pulumi.{name}.yaml" for name in names}
        for path in folder.glob("Pulumi.*.yaml"):
            if path.name not in kept:
                path.unlink()


@functools.cache
def samples() -> tuple[Sample, ...]:
    """Every example stack."""
    return tuple(_sample(path) for path in sorted(STACKS.glob("Pulumi.*.yaml")))


def _sample(path: Path) -> Sample:
    tree: Any = load(path.read_text(encoding="utf-8"))
    plan = tree["config"]["tco:plan"]
    workloads = tuple(
        f"workloads/{service['workload']}.yaml" for service in plan["services"].values()
    )
    books = tuple(f"prices/{book}" for book in plan.get("prices", ()))
    files = workloads + books
    trees: dict[str, Any] = {
        file: load((STACKS / file).read_text(encoding="utf-8")) for file in files
    }
    for book in books:
        trees[book] |= {"discounts": copy.deepcopy(CONTRACT)}
    name = path.name.removeprefix("Pulumi.").removesuffix(".yaml")
    return Sample(name, path.name, workloads, books, {path.name: tree, **trees})


@functools.cache
def plan_vocabulary() -> Vocabulary:
    """The keys of stack files, workloads and price books, from the examples and the pages."""
    pages = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    texts = [page.read_text(encoding="utf-8") for page in pages]
    shown = [load(block) for text in texts for block in PAGE_YAML.findall(text)]
    return Vocabulary.of(
        [*shown, *(tree for sample in samples() for tree in sample.trees.values())]
    )


@functools.cache
def programs() -> tuple[Any, ...]:
    """Previews and states as the engine wrote them."""
    return tuple(
        json.loads(path.read_text(encoding="utf-8")) for path in sorted(RECORDED.glob("*.json"))
    )


@functools.cache
def program_vocabulary() -> Vocabulary:
    """The keys of previews and states."""
    return Vocabulary.of(programs())

"""Large plans: ten services, 200 pools, a hundred billion requests a month, 200 stacks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.processes import compiled, used
from benchmarks.result import Result
from benchmarks.start_up import TCO

LIMIT_SECONDS = 5.0
STACKS = 200
HEAD = """config:
  aws:region: us-east-1
  tco:plan:
    pricing_day: "2026-11-23"
    alternatives: [deepseek/deepseek-v4-pro]
    services:
"""
SERVICE = """      {name}:
        workload: demand
        serving: {{model: deepseek-v3, precision: awq-int4, engine: vllm}}
        standby: {{availability: 0.999}}
        overflow: deepseek/deepseek-v4-pro
        pools:
"""
POOL = "          {name}: {{instance: p5.48xlarge, nodes: {nodes}}}\n"
WORKLOAD = """timezone: America/New_York
requests_per_month: {requests}
shape: {{kind: diurnal, peak_to_mean: 1.6, peak_hour: 15}}
classes: [{{name: all, share: 1, input: 1024, output: 256}}]
objectives: {{itl_ms: {{p50: 50}}}}
burst: {{quantile: 0.99}}
"""


def run() -> Iterator[Result]:
    """Yield the seconds of whole processes; each is to take less than 5."""
    ten = [(f"chat{number}", [(f"node{number}", "auto")]) for number in range(10)]
    many = [
        ("chat", [(f"node{number}", "{min: 0, max: 1, follow: load}") for number in range(200)])
    ]
    one = [("chat", [("node", "auto")])]
    for what, command, services, requests in (
        ("tco optimize, ten services", "optimize", ten, 3_000_000),
        ("tco optimize, 200 pools", "optimize", many, 3_000_000),
        ("tco plan, 1e11 requests a month", "plan", one, 100_000_000_000),
    ):
        with tempfile.TemporaryDirectory() as name:
            _write(Path(name), {"large": _plan(services)}, requests)
            yield _seconds(what, command, "large", "--stacks", name)
    with tempfile.TemporaryDirectory() as name:
        for folder, nodes in (("base", "1"), ("head", "2")):
            plans = {f"s{number}": _plan([("chat", [("node", nodes)])]) for number in range(STACKS)}
            _write(Path(name) / folder, plans, 3_000_000)
        folders = ("--base", f"{name}/base", "--stacks", f"{name}/head", "--scenarios", "0")
        yield _seconds(f"tco diff, {STACKS} stacks, no scenarios", "diff", *folders)


def _plan(services: list[tuple[str, list[tuple[str, str]]]]) -> str:
    return HEAD + "".join(
        SERVICE.format(name=service)
        + "".join(POOL.format(name=pool, nodes=nodes) for pool, nodes in pools)
        for service, pools in services
    )


def _write(folder: Path, plans: dict[str, str], requests: int) -> None:
    (folder / "workloads").mkdir(parents=True)
    (folder / "workloads" / "demand.yaml").write_text(WORKLOAD.format(requests=requests))
    for name, text in plans.items():
        (folder / f"Pulumi.{name}.yaml").write_text(text)


def _seconds(what: str, *arguments: str) -> Result:
    """Return the seconds of a command's second run: its first compiles the sources."""
    with tempfile.TemporaryDirectory() as folder:
        env = compiled(folder)
        used((*TCO, *arguments), env)
        spent = used((*TCO, *arguments), env)
    return Result(what, spent.seconds, LIMIT_SECONDS, "s")

"""Large plans: ten services to optimize, 200 pools, and a hundred billion requests a month."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT_SECONDS = 5.0
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


def run() -> str:
    """The seconds of three whole processes; each is to take less than 5."""
    ten = [(f"chat{number}", [(f"node{number}", "auto")]) for number in range(10)]
    many = [
        ("chat", [(f"node{number}", "{min: 0, max: 1, follow: load}") for number in range(200)])
    ]
    one = [("chat", [("node", "auto")])]
    seconds = {
        "tco optimize, ten services": _seconds("optimize", ten, 3_000_000),
        "tco optimize, 200 pools": _seconds("optimize", many, 3_000_000),
        "tco plan, 1e11 requests a month": _seconds("plan", one, 100_000_000_000),
    }
    told = ", ".join(f"{name} {value:.1f} s" for name, value in seconds.items())
    return f"{told} (to reach: each under {LIMIT_SECONDS:g} s)"


def _seconds(
    command: str, services: list[tuple[str, list[tuple[str, str]]]], requests: int
) -> float:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "workloads").mkdir()
        (folder / "workloads" / "demand.yaml").write_text(WORKLOAD.format(requests=requests))
        plan = HEAD + "".join(
            SERVICE.format(name=service)
            + "".join(POOL.format(name=pool, nodes=nodes) for pool, nodes in pools)
            for service, pools in services
        )
        (folder / "Pulumi.large.yaml").write_text(plan)
        arguments = [sys.executable, "-m", "tco", command, "large", "--stacks", name]
        start = time.perf_counter()
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start

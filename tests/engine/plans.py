"""Plans for the tests in the engine: small, on the examples' workloads and the shipped catalog."""

from __future__ import annotations

from typing import Any

Keys = dict[str, Any]

EVERY_COST: Keys = {
    "reason": "a test",
    "approved_by": "the tests",
    "expires": "2999-12-31",
    "max_usd_per_month": 10_000_000,
}
RESERVED: Keys = {
    "instance": "p5.48xlarge",
    "purchase": "reserved",
    "nodes": 1,
    "commitment": {"kind": "savings-plan", "term": "1yr", "payment": "no-upfront"},
}
SPOT: Keys = {
    "instance": "p5.48xlarge",
    "purchase": "spot",
    "nodes": {"min": 0, "max": 2, "follow": "load"},
}


def on_demand(nodes: object = 2, instance: str = "p5.48xlarge") -> Keys:
    """A pool on demand."""
    return {"instance": instance, "nodes": nodes}


def plan(pools: Keys, subnets: list[str], **keys: Any) -> Keys:
    """A plan that costs more than its rival: its gate is closed unless it says otherwise."""
    return {
        "pricing_day": "2026-11-23",
        "services": {
            "chat": {
                "workload": "chat",
                "serving": {"model": "deepseek-v3", "precision": "awq-int4", "engine": "vllm"},
                "pools": pools,
                "overflow": "deepseek/deepseek-v4-pro",
                **keys.pop("service", {}),
            }
        },
        "alternatives": ["deepseek/deepseek-v4-pro"],
        "ops": {"fte": 0.5},
        "provision": {"kind": "asg", "subnets": subnets, "zone": "us-east-1a"},
        "guardrails": {"budget_emails": ["gpu-spend@example.com"]},
        **keys,
    }


def opened(given: Keys) -> Keys:
    """The plan with its gate opened on purpose."""
    return {**given, "gate": {**given.get("gate", {}), "override": EVERY_COST}}

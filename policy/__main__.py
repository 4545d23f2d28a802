"""The policy pack: `pulumi preview --policy-pack policy`, for programs in any language.

Nothing here may print: the engine reads the pack's port from its standard output.
"""

from functools import partial

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    PolicyPack,
    ResourceValidationPolicy,
    StackValidationPolicy,
)

from tco.iac.enforce.limits import SCHEMA
from tco.iac.enforce.policy_rules import Pack, cost_line, gate, summary

pack = Pack()
books = PolicyConfigSchema({"priceBooks": SCHEMA["priceBooks"]})

policies: list[Policy] = [
    ResourceValidationPolicy(
        name="tco-cost",
        description="What each GPU resource costs a month.",
        validate=partial(cost_line, pack),
        config_schema=books,
    ),
    ResourceValidationPolicy(
        name="tco-gate",
        description="No GPU resource beyond the limits, and none whose cost is not known.",
        validate=partial(gate, pack),
        enforcement_level=EnforcementLevel.MANDATORY,
        config_schema=PolicyConfigSchema(SCHEMA),
    ),
    StackValidationPolicy(
        name="tco-summary",
        description="What the program costs a month.",
        validate=partial(summary, pack),
        config_schema=books,
    ),
]

PolicyPack(name="tco", enforcement_level=EnforcementLevel.ADVISORY, policies=policies)

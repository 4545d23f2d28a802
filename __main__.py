"""The Pulumi program: the plan of the stack, its evaluation, the gate, and then the node pools.

`pulumi preview` shows what each pool costs, the whole month, the rival and the verdict.
`pulumi up` provisions once the math closes, and refuses before the first resource until then.
"""

import datetime as dt
import gc
from pathlib import Path

import pulumi

from tco.analysis.evaluation import evaluate, resolve_stack
from tco.catalog.catalog import load_catalog
from tco.iac.annotations import annotate, memo_of_the_pricing_day, record
from tco.iac.gate_hooks import guard
from tco.iac.program import (
    declare,
    meanwhile,
    read_configured_stack,
    refuse_unprovisionable,
    told_once,
)

gc.disable()  # a program of a second keeps what it makes: looking for garbage is all cost
with told_once():
    today = dt.date.today()
    plan = read_configured_stack(Path("stacks"))
    stack = resolve_stack(plan, load_catalog(), today)
    refuse_unprovisionable(stack)
    result = evaluate(stack, today)
    guard(result)  # before the first resource: from here on, every one is bound to the gate
    pools = declare(result)
    annotate(result, pools)
    pulumi.export("tco", record(result))
    pulumi.export("tcoMemo", meanwhile(lambda: memo_of_the_pricing_day(result)))

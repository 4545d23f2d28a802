"""The Pulumi program: the plan of the stack, its evaluation, the gate, and then the node pools.

`pulumi preview` shows what each pool costs, the whole month, the rival and the verdict.
`pulumi up` provisions once the math closes, and refuses before the first resource until then.
"""

import datetime as dt
import gc
from pathlib import Path

import pulumi

gc.disable()  # a program of a second keeps what it loads and makes: looking at it again is all cost

from tco.analysis.evaluation import evaluate
from tco.catalog.catalog import load_catalog
from tco.iac.enforce.gate_hooks import guard
from tco.iac.provision.annotations import annotate, memo_of_the_pricing_day
from tco.iac.provision.program import (
    as_pulumi_run_error,
    declare,
    read_configured_stack,
    refuse_unprovisionable,
    run_in_thread,
)
from tco.resolve.resolver import resolve_stack

with as_pulumi_run_error() as failed:
    today = dt.date.today()
    catalog = load_catalog()
    stack = resolve_stack(read_configured_stack(Path("stacks")), catalog, today)
    refuse_unprovisionable(stack)
    # before the first resource: from here on, every one is bound
    set_evaluation = guard(stack, catalog, failed)
    pools = declare(stack)
    result = run_in_thread(lambda: evaluate(stack, today))
    pulumi.export("tco", result.apply(lambda found: annotate(found, pools)))
    pulumi.export("tcoMemo", result.apply(memo_of_the_pricing_day))
    set_evaluation(result)  # last: a program that fails before provisions nothing

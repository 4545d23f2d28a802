"""The Pulumi program: the plan of the stack, its evaluation, the gate, and then the node pools.

`pulumi preview` shows what each pool costs, the whole month, the best alternative and the verdict.
`pulumi up` provisions once the business case holds; until then it refuses the first resource.
"""

import gc

gc.disable()  # a program of a second keeps what it loads and makes: looking at it again is all cost

from tco.iac import gated

with gated() as plan:
    plan.declare()

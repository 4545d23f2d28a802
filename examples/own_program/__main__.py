"""A program of your own under the gate of tco: the plan's pools, and what else it declares.

The plan is the configuration `tco:plan` of the Pulumi stack that runs. What the program declares
besides the plan's pools may cost up to `gate.max_unplanned_usd_per_month`.
"""

import pulumi
import pulumi_aws as aws

from tco.iac import gated

with gated() as plan:
    pools = plan.declare()
    aws.sns.Topic("deployments", name=f"{pulumi.get_stack()}-deployments")

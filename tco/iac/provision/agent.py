"""User data that installs and configures the CloudWatch agent, so that idle GPUs are seen."""

from __future__ import annotations

import base64
import json

__all__ = ["AGENT_NAMESPACE", "GPU_METRIC", "POOL_DIMENSION", "agent_user_data"]

AGENT_NAMESPACE = "tco"
GPU_METRIC = "nvidia_smi_utilization_gpu"
POOL_DIMENSION = "tco_pool"
CONFIGURATION = "/opt/aws/amazon-cloudwatch-agent/etc/tco.json"
BOUNDARY = "==tco=="


def agent_user_data(pool: str, *, multipart: bool) -> str:
    """Base64 user data of a node; EKS merges its own part into a multipart one."""
    script = _script(pool)
    text = _multipart(script) if multipart else script
    return base64.b64encode(text.encode()).decode()


def _script(pool: str) -> str:
    configuration = json.dumps(
        {
            "agent": {"metrics_collection_interval": 60},
            "metrics": {
                "namespace": AGENT_NAMESPACE,
                "aggregation_dimensions": [[POOL_DIMENSION]],
                "metrics_collected": {
                    "nvidia_gpu": {
                        "measurement": ["utilization_gpu", "memory_used"],
                        "append_dimensions": {POOL_DIMENSION: pool},
                    }
                },
            },
        },
        indent=2,
    )
    return f"""#!/bin/bash
# A node without the agent sends no metric, and the idle alarm takes that for idle.
dnf install --assumeyes amazon-cloudwatch-agent
cat > {CONFIGURATION} <<'JSON'
{configuration}
JSON
/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl \\
  -a fetch-config -m ec2 -s -c file:{CONFIGURATION}
"""


def _multipart(script: str) -> str:
    return (
        f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="{BOUNDARY}"\n\n'
        f'--{BOUNDARY}\nContent-Type: text/x-shellscript; charset="us-ascii"\n\n'
        f"{script}\n--{BOUNDARY}--\n"
    )

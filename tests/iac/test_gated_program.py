"""What a program under the gate loads, and when."""

from __future__ import annotations

import json
import subprocess
import sys

JUDGING = ("tco.analysis", "tco.documents", "tco.report")
LOADED = """
import json, sys
from tco.iac import gated
print(json.dumps([name for name in sys.modules if name.startswith("tco.")]))
"""


def test_a_program_declares_its_resources_before_it_loads_what_judges_them() -> None:
    """The engine starts its providers once they are declared: what loads earlier delays them."""
    run = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = json.loads(run.stdout)
    assert "tco.resolve.resolver" in loaded
    assert [name for name in loaded if name.startswith(JUDGING)] == []

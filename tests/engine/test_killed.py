"""An update that is killed halfway: what recovery takes, as docs/pulumi.md describes it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time

from tests.engine.conftest import Cloud
from tests.engine.plans import on_demand, opened, plan
from tests.engine.project import Project

GROUP = "aws:autoscaling/group:Group"
POOL = "urn:pulumi:dev::tco::tco:iac:GpuNodePool::main"
UP = ("up", "--yes", "--skip-preview", "--stack", "dev")


def killed(session: int) -> None:
    """Kill every process of a session, the plug-ins in groups of their own included."""
    listed = subprocess.run(["ps", "-A", "-o", "pid="], capture_output=True, text=True, check=True)
    for pid in map(int, listed.stdout.split()):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getsid(pid) == session:
                os.kill(pid, signal.SIGKILL)


def test_a_killed_update_neither_doubles_a_pool_nor_loses_it(
    project: Project, cloud: Cloud
) -> None:
    """A node that no one knows of costs as much as one that is used."""
    project.settings["TCO_TEST_SLOW"] = GROUP
    project.stack(opened(plan({"main": on_demand()}, cloud.subnets, guardrails=False)))
    project.init()
    with project.start(*UP) as update:
        while not cloud.scaling_groups():
            assert update.poll() is None
            time.sleep(0.05)
        killed(update.pid)
    project.settings.clear()

    locked = project.run(*UP)
    assert locked.code != 0
    assert "pulumi cancel" in locked.text
    project.done("cancel", "--yes", "--stack", "dev")
    state = project.folder.parent / "state"
    shutil.copytree(state, state.with_name("kept"))
    again = project.run(*UP)  # without the refresh that the engine asks for
    assert again.code != 0
    assert "interrupted while creating" in again.text
    assert "AlreadyExists: there is a group named tco-dev-main" in again.text
    shutil.rmtree(state)
    state.with_name("kept").rename(state)

    project.done("refresh", "--yes", "--skip-preview", "--stack", "dev", "--clear-pending-creates")
    found = (GROUP, "main", "tco-dev-main", "--parent", f"pool={POOL}")
    quiet = ("--yes", "--generate-code=false", "--protect=false", "--stack", "dev")
    project.done("import", *found, *quiet)
    project.done(*UP)
    assert len(cloud.scaling_groups()) == 1
    project.done("destroy", "--yes", "--skip-preview", "--stack", "dev")
    assert cloud.scaling_groups() == []
    assert {call["type"] for call in project.calls("create")} == {
        call["type"] for call in project.calls("delete")
    }

"""The real engine for the tests: a project of their own, moto for AWS, and nothing left behind."""

from __future__ import annotations

import logging
import os
import shutil
import urllib.request
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3  # type: ignore[reportMissingTypeStubs]
import pytest
from moto.server import ThreadedMotoServer

from tests.engine.equipment import engine
from tests.engine.project import Project, has_language_host, lay_home, lay_project


def pytest_collect_file() -> None:
    """Where CI runs, a missing engine is a failure: one error for the folder, also from workers."""
    if engine.find() is None and os.environ.get("CI") == "true":
        raise pytest.Collector.CollectError(engine.MISSING)


@pytest.fixture(autouse=True)
def price_cache() -> None:
    """The engine is in the user's cache; it prices nothing from there."""


@pytest.fixture(scope="session", autouse=True)
def needs_engine() -> None:
    """Without an engine every test here is skipped, for one reason."""
    if engine.find() is None:
        pytest.skip(engine.MISSING)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """One line for all that are skipped, instead of one for each."""
    report = yield
    if report.skipped and engine.MISSING in str(report.longrepr):
        report.longrepr = (str(Path(__file__).parent), 0, engine.MISSING)
    return report


@pytest.fixture(scope="session")
def aws() -> Iterator[str]:
    """Address of moto's server, which every test of the session shares."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@dataclass(frozen=True)
class Cloud:
    """What is in moto: read back by boto3, as AWS would return it."""

    address: str

    def client(self, service: str) -> Any:
        """A client of moto's server."""
        keys = {"aws_access_key_id": "tests", "aws_secret_access_key": "tests"}
        connect: Any = boto3.client  # type: ignore[reportUnknownMemberType]  boto3 has no types
        return connect(service, endpoint_url=self.address, region_name="us-east-1", **keys)

    @cached_property
    def subnets(self) -> list[str]:
        """Two subnets of the default network."""
        found = self.client("ec2").describe_subnets()["Subnets"]
        return [subnet["SubnetId"] for subnet in found[:2]]

    def scaling_groups(self) -> list[dict[str, Any]]:
        """Every Auto Scaling group."""
        return self.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]


@pytest.fixture
def cloud(aws: str) -> Cloud:
    """An empty account."""
    reset = urllib.request.Request(f"{aws}/moto-api/reset", method="POST")
    with urllib.request.urlopen(reset):
        return Cloud(aws)


@pytest.fixture(scope="session")
def engine_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The engine's home, gone after the session."""
    home = tmp_path_factory.mktemp("engine")
    lay_home(home)
    yield home
    shutil.rmtree(home)


@pytest.fixture
def project(tmp_path: Path, engine_home: Path, aws: str) -> Project:
    """A project with the product's program, its example stacks and the stand-in provider."""
    project = lay_project(tmp_path, engine_home, aws)
    project.forks = not has_language_host()
    return project

"""The real engine for the tests: a project of their own, moto for AWS, and nothing left behind."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3  # type: ignore[reportMissingTypeStubs]
import pytest
import yaml
from moto.server import ThreadedMotoServer

from tests.engine.equipment import engine
from tests.engine.project import ROOT, Project

EQUIPMENT = Path(engine.__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where CI runs, a missing engine is a failure."""
    here = any(Path(__file__).parent in item.path.parents for item in items)
    if here and engine.find() is None and os.environ.get("CI") == "true":
        raise pytest.UsageError(engine.MISSING)


@pytest.fixture(scope="session", autouse=True)
def needs_engine() -> None:
    """Without an engine every test here is skipped, for one reason."""
    if engine.find() is None:
        pytest.skip(engine.MISSING)


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
    """What is in moto: read back by boto3, as AWS would tell it."""

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
        return [one["SubnetId"] for one in found[:2]]

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
    """The engine's home, with the programs that it looks for on PATH."""
    home = tmp_path_factory.mktemp("engine")
    programs = home / "programs"
    programs.mkdir()
    binary = engine.find()
    assert binary is not None
    (programs / "pulumi").symlink_to(binary)
    official = binary.with_name("pulumi-language-python").exists()
    if not official and shutil.which("pulumi-language-python") is None:
        _program(programs / "pulumi-language-python", "language_host.py")
    (home / "provider").mkdir()
    _program(home / "provider" / "pulumi-resource-aws", "aws_provider.py")
    yield home
    shutil.rmtree(home)


def _program(path: Path, script: str) -> None:
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{EQUIPMENT / script}" "$@"\n')
    path.chmod(0o755)


@pytest.fixture
def project(tmp_path: Path, engine_home: Path, aws: str) -> Project:
    """A project with the product's program, its example stacks and the stand-in provider."""
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copy(ROOT / "__main__.py", folder)
    shutil.copytree(ROOT / "stacks", folder / "stacks")
    settings = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))
    settings["runtime"]["options"]["virtualenv"] = sys.prefix
    settings["plugins"] = {"providers": [{"name": "aws", "path": str(engine_home / "provider")}]}
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    (tmp_path / "state").mkdir()
    keep = ("HOME", "LANG", "PYTHONDONTWRITEBYTECODE")
    environment = {key: value for key in keep if (value := os.environ.get(key)) is not None}
    paths = [str(engine_home / "programs"), str(Path(sys.executable).parent), os.environ["PATH"]]
    return Project(
        folder,
        {
            **environment,
            "PATH": os.pathsep.join(paths),
            "PULUMI_HOME": str(engine_home),
            "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "tests",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "tests",
            "NO_COLOR": "1",
            "TCO_TEST_AWS": aws,
        },
    )

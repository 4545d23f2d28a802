"""A Pulumi project of a test's own, and the engine's commands on it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tests.engine.equipment import engine

__all__ = ["ROOT", "Project", "Run", "lay_home", "lay_project"]

EQUIPMENT = Path(engine.__file__).parent
ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS = 180


@dataclass(frozen=True)
class Run:
    """What a command of the engine printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Both streams."""
        return f"{self.out}\n{self.err}"

    @cached_property
    def json(self) -> Any:
        """What a command with ``--json`` printed."""
        return json.loads(self.out)


@dataclass
class Project:
    """A Pulumi project in a folder of its own, with the product's program and settings.

    Its providers are the stand-in for AWS; its state is a folder.
    """

    folder: Path
    environment: dict[str, str]
    settings: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def calls_file(self) -> Path:
        """Where the stand-in provider writes its calls."""
        return self.folder / "calls.jsonl"

    def write(self, name: str, content: object) -> Path:
        """A file of the project: text as it is, anything else as YAML."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False)
        path.write_text(text, encoding="utf-8")
        return path

    def append(self, code: str) -> None:
        """Code at the end of the program."""
        program = self.folder / "__main__.py"
        self.write(program.name, program.read_text(encoding="utf-8") + code)

    def stack(self, plan: object, name: str = "dev", region: str = "us-east-1") -> str:
        """A stack file with its plan; the workloads and price books are the examples'."""
        self.write(
            f"stacks/Pulumi.{name}.yaml", {"config": {"aws:region": region, "tco:plan": plan}}
        )
        return name

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A command of the engine, started."""
        return subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env={**self.environment, **self.settings, "TCO_TEST_CALLS": str(self.calls_file)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> Run:
        """A command of the engine, run to its end."""
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=TIMEOUT_SECONDS)
            return Run(process.returncode, out, err)

    def done(self, *arguments: str) -> Run:
        """A command of the engine that has to succeed."""
        run = self.run(*arguments)
        assert run.code == 0, run.text
        return run

    def init(self, name: str = "dev") -> None:
        """A stack's state; its file stays as it was."""
        file = self.folder / "stacks" / f"Pulumi.{name}.yaml"
        kept = file.read_bytes()
        self.done("stack", "init", name)
        file.write_bytes(kept)

    def calls(self, *operations: str) -> list[dict[str, Any]]:
        """The calls that reached the provider so far, all or some kinds of them."""
        if not self.calls_file.exists():
            return []
        lines = self.calls_file.read_text(encoding="utf-8").splitlines()
        calls = [json.loads(line) for line in lines]
        return [call for call in calls if not operations or call["operation"] in operations]

    def output(self, key: str, stack: str = "dev") -> Any:
        """An output of a stack."""
        return self.done("stack", "output", key, "--json", "--stack", stack).json


def lay_home(home: Path) -> None:
    """A home for the engine, with the programs that it looks for on PATH."""
    binary = engine.find()
    if binary is None:
        raise FileNotFoundError(engine.MISSING)
    programs = home / "programs"
    programs.mkdir()
    (programs / "pulumi").symlink_to(binary)
    official = binary.with_name("pulumi-language-python").exists()
    if not official and shutil.which("pulumi-language-python") is None:
        _program(programs / "pulumi-language-python", "language_host.py")
    (home / "provider").mkdir()
    _program(home / "provider" / "pulumi-resource-aws", "aws_provider.py")


def _program(path: Path, script: str) -> None:
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{EQUIPMENT / script}" "$@"\n')
    path.chmod(0o755)


def lay_project(base: Path, home: Path, aws: str) -> Project:
    """The product's program and example stacks in a project that uses the stand-in provider."""
    folder = base / "project"
    folder.mkdir()
    shutil.copy(ROOT / "__main__.py", folder)
    shutil.copytree(ROOT / "stacks", folder / "stacks")
    settings = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))
    settings["runtime"]["options"]["virtualenv"] = sys.prefix
    settings["plugins"] = {"providers": [{"name": "aws", "path": str(home / "provider")}]}
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    (base / "state").mkdir()
    return Project(folder, _environment(base, home, aws))


def _environment(base: Path, home: Path, aws: str) -> dict[str, str]:
    keep = ("HOME", "LANG")
    paths = [str(home / "programs"), str(Path(sys.executable).parent), os.environ["PATH"]]
    return {
        **{key: value for key in keep if (value := os.environ.get(key)) is not None},
        "PATH": os.pathsep.join(paths),
        "PULUMI_HOME": str(home),
        "PULUMI_BACKEND_URL": f"file://{base / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "tests",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PYTHONPYCACHEPREFIX": str(home / "bytecode"),
        "AWS_ACCESS_KEY_ID": "tests",
        "AWS_SECRET_ACCESS_KEY": "tests",
        "NO_COLOR": "1",
        "TCO_TEST_AWS": aws,
    }

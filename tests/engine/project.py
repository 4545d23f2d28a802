"""A Pulumi project of a test's own, and the engine's commands on it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tests.engine.equipment import engine, language_host

__all__ = ["ROOT", "Project", "Run", "has_language_host", "lay_home", "lay_project"]

EQUIPMENT = Path(engine.__file__).parent
ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS = 180
METADATA = ".pulumi/meta.yaml"
STATE = ".pulumi/stacks/tco/{stack}.json"
WITH_A_PROGRAM = ("preview", "up")
"""The commands of the engine that run a program."""


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

    Its providers are the stand-in for AWS; its state is a folder. Where ``forks`` holds, programs
    that run to their end run in a forked language host, not in one that the engine starts.
    """

    folder: Path
    environment: dict[str, str]
    settings: dict[str, str] = field(default_factory=dict[str, str])
    forks: bool = False

    @property
    def calls_file(self) -> Path:
        """Where the stand-in provider writes its calls."""
        return self.folder / "calls.jsonl"

    @property
    def variables(self) -> dict[str, str]:
        """The environment of the engine and of what it starts."""
        return {**self.environment, **self.settings, "TCO_TEST_CALLS": str(self.calls_file)}

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
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> Run:
        """A command of the engine, run to its end."""
        if not self.forks or arguments[0] not in WITH_A_PROGRAM:
            return self._ended(*arguments)
        printed = self.folder.parent / "printed"
        with language_host.forked(self.folder, self.variables, printed) as address:
            run = self._ended(*arguments, "--client", address)
        return replace(run, err=run.err + printed.read_text(encoding="utf-8"))

    def _ended(self, *arguments: str) -> Run:
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=TIMEOUT_SECONDS)
            return Run(process.returncode, out, err)

    def done(self, *arguments: str) -> Run:
        """A command of the engine that has to succeed."""
        run = self.run(*arguments)
        assert run.code == 0, run.text
        return run

    def init(self, name: str = "dev") -> None:
        """A stack's state, as `pulumi stack init` has left one of the home's."""
        empty = Path(self.environment["PULUMI_HOME"]) / "empty" / "state"
        for file in (METADATA, STATE):
            text = (empty / file.format(stack="empty")).read_text(encoding="utf-8")
            path = self.folder.parent / "state" / file.format(stack=name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("/tco/empty", f"/tco/{name}"), encoding="utf-8")

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


def has_language_host() -> bool:
    """Whether the engine there is brings its own language host, or another is installed."""
    name = "pulumi-language-python"
    binary = engine.find()
    beside = binary is not None and binary.with_name(name).exists()
    return beside or shutil.which(name) is not None


def lay_home(home: Path) -> None:
    """A home for the engine: the programs that it looks for on PATH, and an empty stack."""
    binary = engine.find()
    if binary is None:
        raise FileNotFoundError(engine.MISSING)
    programs = home / "programs"
    programs.mkdir()
    (programs / "pulumi").symlink_to(binary)
    if not has_language_host():
        _program(programs / "pulumi-language-python", "language_host.py")
    (home / "provider").mkdir()
    _program(home / "provider" / "pulumi-resource-aws", "aws_provider.py")
    (home / "empty").mkdir()
    lay_project(home / "empty", home, "").done("stack", "init", "empty")


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
        "AWS_ACCESS_KEY_ID": "tests",
        "AWS_SECRET_ACCESS_KEY": "tests",
        "NO_COLOR": "1",
        "TCO_TEST_AWS": aws,
    }

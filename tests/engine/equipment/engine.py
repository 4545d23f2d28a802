"""Find the Pulumi engine, or get it: the official release, else a build of its Go modules.

`make engine` runs this file. A release brings its own Python language host; for a build the
tests put the stand-in beside it. Everything lands in a cache outside the checkout, by version.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
from collections.abc import Callable
from pathlib import Path

__all__ = ["MISSING", "VERSION", "find"]

VERSION = "3.259.0"
HERE = Path(__file__).resolve().parent
MODULE = "github.com/pulumi/pulumi"
RELEASES = f"https://{MODULE}/releases/download/v{VERSION}"
TIMEOUT_SECONDS = 10
MISSING = (
    "No Pulumi engine, which the tests in tests/engine need. Install the Pulumi CLI, or Go, and "
    "run `make engine`."
)


def cache() -> Path:
    """The folder that engines are kept in."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "tco"


def released() -> Path:
    """Where an official release is kept."""
    return cache() / f"pulumi-{VERSION}" / "pulumi"


def built() -> Path:
    """Where an engine built from its modules is kept."""
    return cache() / f"engine-{VERSION}" / "pulumi"


def find() -> Path | None:
    """The engine there is: installed, released or built."""
    installed = shutil.which("pulumi")
    if installed:
        return Path(installed)
    return next((file for file in (released(), built()) if file.is_file()), None)


def download() -> None:
    """Fetch the official release and check it against the release's own list of checksums."""
    system = platform.system().lower()
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(platform.machine().lower())
    name = f"pulumi-v{VERSION}-{system}-{machine or platform.machine()}.tar.gz"
    listed = _fetch(f"{RELEASES}/pulumi-{VERSION}-checksums.txt").decode()
    wanted = next((line.split()[0] for line in listed.splitlines() if line.endswith(name)), None)
    archive = _fetch(f"{RELEASES}/{name}")
    if hashlib.sha256(archive).hexdigest() != wanted:
        raise OSError(f"{name} does not have the checksum that the release states")
    _kept(released().parent, lambda folder: _unpack(archive, folder))


def _fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:
        return bytes(answer.read())


def _unpack(archive: bytes, folder: Path) -> None:
    """The files of the release's one folder, straight into ``folder``."""
    packed = folder / "release.tar.gz"
    packed.write_bytes(archive)
    with tarfile.open(packed) as tar:
        tar.extractall(folder, filter="data")
    packed.unlink()
    for file in (folder / "pulumi").rename(folder / "unpacked").iterdir():
        file.rename(folder / file.name)
    (folder / "unpacked").rmdir()


def build() -> None:
    """Build the engine from its Go modules."""
    print(f"Building the Pulumi engine {VERSION}, once; that takes minutes.", file=sys.stderr)
    stamp = f"-s -w -X {MODULE}/sdk/v3/go/common/version.Version=v{VERSION}"
    command = ["go", "build", "-ldflags", stamp, "-o"]
    _kept(
        built().parent,
        lambda folder: subprocess.run(
            [*command, str(folder / "pulumi"), f"{MODULE}/pkg/v3/cmd/pulumi"],
            cwd=HERE,
            check=True,
            capture_output=True,
        ),
    )


def _kept(target: Path, make: Callable[[Path], object]) -> None:
    """Fill a folder beside the target and rename it when it is whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as scratch:
        folder = Path(scratch) / "whole"
        folder.mkdir()
        make(folder)
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)


def get() -> Path | None:
    """The engine there is, else a download, else a build; None where all fail, with the reason."""
    failures: list[str] = []
    for way in (download, build):
        if engine := find():
            return engine
        try:
            way()
        except subprocess.CalledProcessError as error:
            failures.append(f"build: {error.stderr.decode(errors='replace').strip()[-500:]}")
        except (OSError, tarfile.TarError) as error:
            failures.append(f"{way.__name__}: {error}")
    engine = find()
    if engine is None:
        print("\n".join(failures), file=sys.stderr)
    return engine


if __name__ == "__main__":
    found = get()
    print(f"engine: {found}" if found else MISSING)
    sys.exit(0 if found or os.environ.get("CI") != "true" else 1)

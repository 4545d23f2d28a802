"""What is published: the name, what the wheel holds, and that it can be built again to the byte."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import tco
from tco.documents.key_texts import DOCUMENT_PAGE, PAGES

ROOT = Path(__file__).parents[1]


def built_wheel(folder: Path) -> Path:
    """The wheel of this checkout, built into a folder."""
    subprocess.run(
        (sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder),
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    [wheel] = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One wheel for all tests of this module."""
    return built_wheel(tmp_path_factory.mktemp("wheel"))


def test_a_wheel_is_reproducible(wheel: Path, tmp_path: Path) -> None:
    """Anyone who builds a version again gets the published bytes."""
    again = built_wheel(tmp_path)
    assert (again.name, again.read_bytes()) == (wheel.name, wheel.read_bytes())


def test_a_wheel_holds_what_a_user_needs(wheel: Path) -> None:
    """Types, data, templates and texts of keys are installed beside the code; tests are not."""
    names = zipfile.ZipFile(wheel).namelist()
    assert wheel.name == f"gpu_tco-{tco.__version__}-py3-none-any.whl"
    assert {
        "tco/py.typed",
        "tco/templates/memo.md.j2",
        *(f"tco/docs/{page}" for page in (*PAGES, DOCUMENT_PAGE)),  # what `tco schema` says
        "tco/catalog/data/overheads.yaml",
        "tco/catalog/data/ec2/ec2-us-east-1.json",
        "tco/catalog/data/nodes/index.csv",
        "tco/catalog/data/curves/index.csv",
    } <= {*names}
    assert not [name for name in names if name.startswith("tests/")]


def test_an_installed_catalog_is_compiled(wheel: Path, tmp_path: Path) -> None:
    """What is built without `make` starts as fast: the compiled catalog in it is the one read."""
    zipfile.ZipFile(wheel).extractall(tmp_path)
    program = (
        "import sys, tco\n"
        "from tco.catalog.embedded import embedded_books\n"
        "books = embedded_books()\n"
        f"assert tco.__file__.startswith({str(tmp_path)!r}), tco.__file__\n"
        "assert books and 'yaml' not in sys.modules\n"
    )
    subprocess.run((sys.executable, "-c", program), cwd=tmp_path, check=True, timeout=60)


def test_a_wheel_installs_the_console_script(wheel: Path) -> None:
    """The command keeps its name, whatever the distribution is called."""
    archive = zipfile.ZipFile(wheel)
    [entry_points] = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
    assert "tco = tco.__main__:main" in archive.read(entry_points).decode()


def test_the_locked_requirements_name_no_download_address() -> None:
    """A locked file works with any mirror of the package index."""
    for locked in (ROOT / "requirements").glob("*.txt"):
        text = locked.read_text(encoding="utf-8")
        assert "://" not in text, locked.name
        assert "--hash=sha256:" in text, locked.name


def test_the_list_of_components_names_no_package_index() -> None:
    """A component is named by its package URL and its hashes, as the generator lists them."""
    hashes = [{"alg": "SHA-256", "content": "0" * 64}]
    index = "https://index.example/simple/click/"
    named = {"comment": "implicit dist url", "hashes": hashes, "type": "distribution", "url": index}
    click = {"name": "click", "purl": "pkg:pypi/click@8", "externalReferences": [named]}
    pages = [{"type": "distribution", "url": index}, {"type": "vcs", "url": "https://code.example"}]
    tools = {"components": [{"name": "generator", "externalReferences": pages}, {"name": "plain"}]}
    given = {"metadata": {"tools": tools}, "components": [click, {"name": "root"}]}
    program = (sys.executable, ROOT / "requirements" / "sbom.py")
    text = json.dumps(given)
    answer = subprocess.run(program, input=text, capture_output=True, text=True, check=True)
    found = json.loads(answer.stdout)
    assert "index.example" not in answer.stdout
    [reference] = found["components"][0]["externalReferences"]
    assert reference == {"hashes": hashes, "type": "distribution", "url": "pkg:pypi/click@8"}
    assert found["metadata"]["tools"]["components"][0]["externalReferences"] == pages[1:]


def test_the_declared_dependencies_are_the_locked_ones() -> None:
    """What the package asks for and what `make` installs do not drift apart."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "requirements" / "run.in").read_text(encoding="utf-8").splitlines()
    wanted = {line for line in lines if line and not line.startswith("#")} - {"hatchling"}
    assert set(project["dependencies"]) == wanted

"""Puts the compiled catalog into every wheel, so that no installed tco parses YAML to start."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

__all__ = ["CompiledCatalog"]


class CompiledCatalog(BuildHookInterface[BuilderConfig]):
    """Compiles the catalog of a wheel; `make` does it for an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the compiled catalog to the files of the wheel."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from tco.catalog.compiled import NAME, write_compiled  # noqa: PLC0415  it is here only now
        from tco.catalog.embedded import data_files, parsed_books  # noqa: PLC0415  the same

        files = data_files(Path(self.root) / "tco" / "catalog" / "data")
        self.made = TemporaryDirectory()
        write_compiled(Path(self.made.name), files, parsed_books(files))
        build_data["force_include"][f"{self.made.name}/{NAME}"] = f"tco/catalog/data/{NAME}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the folder in which the catalog was compiled."""
        del build_data, artifact_path
        if version != "editable":
            self.made.cleanup()

"""Compiles the catalog wherever tco is installed, so that no start parses YAML."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

__all__ = ["CompiledCatalog"]


class CompiledCatalog(BuildHookInterface[BuilderConfig]):
    """Compiles the catalog into a wheel, or beside its data where the checkout is installed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the compiled catalog, and add it to the files of a wheel."""
        sys.path.insert(0, self.root)
        from tco.catalog.compiled import NAME, write_compiled  # noqa: PLC0415  it is here only now
        from tco.catalog.embedded import data_files, parsed_books  # noqa: PLC0415  the same

        self.made = TemporaryDirectory()
        data = Path(self.root) / "tco" / "catalog" / "data"
        folder = data if version == "editable" else Path(self.made.name)
        files = data_files(data)
        write_compiled(folder, files, parsed_books(files))
        if folder != data:
            build_data["force_include"][str(folder / NAME)] = f"tco/catalog/data/{NAME}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the folder in which the catalog of a wheel was compiled."""
        del version, build_data, artifact_path
        self.made.cleanup()

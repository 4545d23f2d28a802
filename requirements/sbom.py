"""Take the package index out of a list of components (SBOM), so that it holds for every index.

`cyclonedx-py` writes the address of one index for each component. The package URL names a component
wherever it comes from, and the hashes say which files it may be.
"""

from __future__ import annotations

import json
import sys
from typing import Any

__all__ = ["without_index"]

Keys = dict[str, Any]


def without_index(component: Keys) -> Keys:
    """Return a component whose distributions are named by its package URL, or else left out."""
    if "externalReferences" not in component:
        return component
    named = component.get("purl")
    kept = [
        {**{key: value for key, value in reference.items() if key != "comment"}, "url": named}
        if reference["type"] == "distribution"
        else reference
        for reference in component["externalReferences"]
        if named or reference["type"] != "distribution"
    ]
    return {**component, "externalReferences": kept}


def main() -> None:
    """Read a list of components from standard input, and write it to standard output."""
    listed = json.load(sys.stdin)
    tools = listed["metadata"]["tools"]
    tools["components"] = [without_index(tool) for tool in tools["components"]]
    listed["components"] = [without_index(component) for component in listed["components"]]
    json.dump(listed, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()

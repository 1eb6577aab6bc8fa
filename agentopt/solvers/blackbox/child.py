"""The process a study's Python function runs in: one JSON object a line in, one a line out.

It is started by its path and imports nothing of the package, so that it starts as fast as the function's own
file. What the function prints goes to standard error, never among the replies.
"""

from __future__ import annotations

__all__ = ["main"]

import importlib.util
import json
import os
import sys
from pathlib import Path


def main() -> None:
    """Evaluate points until there are no more."""
    replies = os.dup(1)
    os.dup2(2, 1)
    path, name = Path(sys.argv[1]), sys.argv[2]
    sys.path.insert(0, str(path.parent))

    def reply(**found: object) -> None:
        os.write(replies, (json.dumps(found) + "\n").encode())

    try:
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        function = getattr(module, name)
    except BaseException as error:
        reply(broken=_said(error))
        return
    reply(ready=True)
    for line in sys.stdin:
        try:
            found = function(**json.loads(line))
            if not isinstance(found, dict):
                found = {"value": float(found)}
            reply(found={"value": float(found["value"]), "constraints": _numbers(found.get("constraints"))})
        except BaseException as error:
            reply(raised=_said(error))


def _numbers(found: object) -> dict[str, float]:
    if found is None:
        return {}
    assert isinstance(found, dict), "`constraints` is no mapping of names to numbers"
    return {str(name): float(value) for name, value in found.items()}


def _said(error: BaseException) -> str:
    text = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


if __name__ == "__main__":
    main()

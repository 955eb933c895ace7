"""Outputs are written whole or not at all: into a temporary file beside the target, which is then renamed."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np


@contextmanager
def whole_file(path: Path | str) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` at the end, remove it if anything went wrong."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)  # mkstemp is private to the user, a result is not
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def begins_with(path: Path | str, text: str) -> bool:
    """Whether the file at `path` begins with `text`, as a table begins with the names of its columns."""
    with open(path, "rb") as file:
        return file.read(len(text.encode())) == text.encode()


def write_text(path: Path | str, text: str) -> None:
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path | str, content: Any) -> None:
    """Write strict JSON (no NaN: a missing figure is null), numpy scalars and arrays included."""
    write_text(path, to_json(content) + "\n")


def to_json(content: Any) -> str:
    """Strict JSON text: numpy values as plain ones, figures that are not finite as null."""
    return json.dumps(_plain(content), indent=2, allow_nan=False)


def read_json(path: Path | str) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value

"""A digest at the end of a NetCDF file, where HDF5 does not look, so that damage is found before HDF5 hangs on it."""

from __future__ import annotations

import hashlib
from pathlib import Path

SEAL = b"\nionscope sha256 "
"""Before the digest of everything above it."""


def seal(path: Path) -> None:
    """Append the digest of a file to it."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with open(path, "ab") as file:
        file.write(SEAL + digest.encode())


def broken_seal(content: bytes) -> bool | None:
    """Whether `content` differs from what was sealed; None where it was not sealed."""
    body, mark, digest = content.rpartition(SEAL)
    return hashlib.sha256(body).hexdigest().encode() != digest if mark else None

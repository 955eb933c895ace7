"""Named random streams from one root seed, independent of order, process and machine."""

from __future__ import annotations

import zlib

import numpy as np


def derived_seed(root: int, *names: str | int) -> int:
    """A 32-bit seed for the stream `names` (words or numbers) of the root seed."""
    key = tuple(zlib.crc32(name.encode()) if isinstance(name, str) else name for name in names)
    return int(np.random.SeedSequence(root, spawn_key=key).generate_state(1)[0])

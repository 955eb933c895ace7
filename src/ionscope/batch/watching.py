"""A folder watched for files as an instrument finishes them, by polling: no service of the operating system is needed.

A file is finished when its size and time of change are the same at two polls in a row. An instrument that pauses longer
than that between two points makes a file look finished too early; it is told again once it has grown and rests again,
so that the last word about a file is always about the whole of it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ionscope.batch.requests import is_data_file
from ionscope.errors import InputDataError

PATIENCE = 3600.0
"""Seconds for which a folder that was listed before may stay away, as a network drive does, before the watch ends."""

State = tuple[int, int]
"""Size in bytes and time of change in ns."""


@dataclass
class FolderWatch:
    """What is known of the files in a folder.

    Parameters
    ----------
    folder : its own files are watched, not those of folders in it
    new_only : files that are there at the first poll are not told until they change
    ignored : files never told, such as the output
    """

    folder: Path
    new_only: bool = False
    ignored: frozenset[Path] = frozenset()
    _last: dict[Path, State] = field(default_factory=dict)
    _told: dict[Path, State] = field(default_factory=dict)
    _polled: bool = False

    def poll(self) -> list[Path]:
        """Files finished since the last poll, in order of their time of change.

        Raises
        ------
        InputDataError : the folder is not there or cannot be listed
        """
        now = self._look()
        if self.new_only and not self._polled:
            self._told = dict(now)
        self._polled = True
        finished = [path for path, state in now.items() if self._last.get(path) == state != self._told.get(path)]
        self._last = now
        self._told.update({path: now[path] for path in finished})
        return sorted(finished, key=lambda path: (now[path][1], path.name))

    def _look(self) -> dict[Path, State]:
        states = {}
        try:
            for entry in os.scandir(self.folder):
                path = Path(entry.path)
                try:
                    if not (is_data_file(path) and entry.is_file()) or path.resolve() in self.ignored:
                        continue
                    status = entry.stat()
                except OSError:
                    continue  # gone between the listing and the look
                if status.st_size:  # an empty file is one that has only been opened
                    states[path] = (status.st_size, status.st_mtime_ns)
        except OSError as error:
            raise InputDataError(f"{self.folder}: cannot be watched ({error.strerror})") from None
        return states


def finished_files(
    watch: FolderWatch,
    interval: float,
    sleep: Callable[[float], None] = time.sleep,
    tell: Callable[[str], None] = lambda line: None,
) -> Iterator[Path]:
    """Each file as it is finished, for ever.

    Parameters
    ----------
    interval : time between two polls, s
    sleep : waits between two polls
    tell : is given a line when the folder cannot be listed, and one when it can be again

    Raises
    ------
    InputDataError : the folder cannot be listed at first, or not for `PATIENCE`
    """
    finished = watch.poll()
    away = 0.0
    while True:
        yield from finished
        sleep(interval)
        try:
            finished = watch.poll()
        except InputDataError as error:  # a network drive that is away for a while does not end a night's watch
            if away > PATIENCE:
                raise
            if not away:
                tell(f"{error}; trying again for {PATIENCE / 60:g} minutes")
            away += interval
            finished = []
        else:
            if away:
                tell(f"{watch.folder}: is there again")
            away = 0.0

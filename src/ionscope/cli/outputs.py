"""What a command will write, checked before it reads anything: no output takes the place of a measurement."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ionscope.errors import InputDataError


class Inputs:
    """The files that a command reads, none of which may be written over.

    names : of files, whether they are there or not; folders and patterns among them do no harm
    """

    def __init__(self, names: Iterable[str | os.PathLike[str]]):
        self._names: dict[tuple[int, int], Path] = {}
        for name in names:
            if os.path.isfile(name):
                self._names[_identity(name)] = Path(name)

    def spare(self, path: str | Path) -> None:
        """Refuse to write `path` where it is one of the inputs, under whatever name.

        Raises
        ------
        InputDataError : with the path
        """
        if os.path.exists(path) and _identity(path) in self._names:
            raise InputDataError(f"{path}: is one of the files to read; name another output")

    def spare_in(self, folder: str | Path, pattern: str) -> None:
        """The same of every file that may be written into `folder`: those with a name of the regular expression.

        Raises
        ------
        InputDataError : with the first input that has such a name
        """
        place = Path(folder).resolve()
        for path in self._names.values():
            if re.fullmatch(pattern, path.name) and path.resolve().parent == place:
                raise InputDataError(
                    f"{path}: is one of the files to read and may be written over; name another folder"
                )


def check_output(path: str, inputs: Inputs) -> None:
    """Refuse, before any work is done, an output that cannot be written or that would replace one of the inputs.

    Raises
    ------
    InputDataError : with the path and the reason
    """
    place = Path(path)
    if place.is_dir():
        raise InputDataError(f"{path}: is a folder; name a file in it")
    inputs.spare(place)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=place.parent).close()
    except OSError as error:
        raise InputDataError(f"{path}: cannot be written ({error.strerror})") from None


def check_beside(path: Path, begins: str, inputs: Inputs) -> None:
    """Refuse a table that nobody named, as it stands beside an output, where it would replace anything but its like.

    begins : how the first line of such a table begins

    Raises
    ------
    InputDataError : with the path
    """
    from ionscope.files import begins_with

    inputs.spare(path)
    if path.exists() and not begins_with(path, begins):
        raise InputDataError(
            f"{path}: would be written too, and is there with something else in it; name another output"
        )


def _identity(path: str | os.PathLike[str]) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_dev, status.st_ino

"""Reading several files for the commands that look at spectra without a model."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from ionscope.cli.codes import BAD_INPUT, OK, SOME_BAD
from ionscope.cli.outputs import Inputs
from ionscope.errors import IonscopeError


class FileReader:
    """Reads files one after the other; the only file of a command may fail, of several a bad one is kept for the end.

    Raises
    ------
    InputDataError : a pattern, folder or table without files; while iterating, the only file cannot be read
    """

    def __init__(self, names: Sequence[str], sign: str):
        from ionscope.batch.requests import gather_requests

        self.requests = gather_requests(names)
        self.inputs = Inputs([*names, *(request.path for request in self.requests)])
        self.sign = sign
        self._bad: list[str] = []

    @property
    def single(self) -> bool:
        return len(self.requests) == 1

    def __iter__(self) -> Iterator[tuple[Any, list]]:
        """(request, spectra) of each file that can be read."""
        from ionscope.io.request import read_request

        for request in self.requests:
            try:
                spectra = read_request(request, self.sign)
            except IonscopeError as error:
                if self.single:
                    raise
                self._bad.append(str(error))
                continue
            yield request, spectra

    def finish(self) -> int:
        """List the files that could not be read; the exit code."""
        sys.stdout.flush()
        for reason in self._bad:
            print(f"not read: {reason}", file=sys.stderr)
        if not self._bad:
            return OK
        return BAD_INPUT if len(self._bad) == len(self.requests) else SOME_BAD

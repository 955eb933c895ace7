"""Formats of instruments and programs, one small class each.

A format says whether a text is its own (`matches`) and reads it (`read`). To add one: write the class, append it to
`FORMATS`, and add a fixture and a test; docs/formats.md tells how.
"""

from __future__ import annotations

from typing import Protocol

from ionscope.io.assemble import Raw
from ionscope.io.complex_cells import ComplexCells
from ionscope.io.instruments.agilent import Agilent
from ionscope.io.instruments.eclab import ECLab
from ionscope.io.instruments.gamry import Gamry
from ionscope.io.instruments.labone import LabOne
from ionscope.io.instruments.plain import CHInstruments, Novocontrol, Parstat, Plain, PowerSuite, RelaxIS
from ionscope.io.instruments.versastudio import VersaStudio
from ionscope.io.instruments.zview import ZView
from ionscope.io.text import Text
from ionscope.io.wide import Wide


class Format(Protocol):
    """What a format's class offers."""

    name: str

    def matches(self, text: Text) -> bool:
        """Whether ``text`` is of this format, from its first lines."""

    def read(self, text: Text) -> list[Raw]:
        """The tables of ``text``, one for each group of sweeps."""


FORMATS: tuple[Format, ...] = (
    ECLab(),
    Gamry(),
    ZView(),
    VersaStudio(),
    RelaxIS(),
    Novocontrol(),
    CHInstruments(),
    Parstat(),
    PowerSuite(),
    Agilent(),
    LabOne(),
    Wide(),
    ComplexCells(),
    Plain(),
)
"""Tried in this order; the last one takes every text."""


def read_raw(text: Text) -> list[Raw]:
    """The tables of ``text``, read by the first format that knows it."""
    return next(form for form in FORMATS if form.matches(text)).read(text)

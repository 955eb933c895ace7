"""Any table of numbers: CSV of every dialect, with or without names, and text exports that are no more than that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ionscope.io.assemble import Raw
from ionscope.io.columns import Column
from ionscope.io.preamble import read_preamble
from ionscope.io.table import Table, read_table
from ionscope.io.text import Text
from ionscope.spectrum import VACUUM_PERMITTIVITY


class Plain:
    """The reader of last resort; it takes every text."""

    name = "table"
    marks: tuple[str, ...] = ()
    """Lower-case strings that all occur in the first lines of the format."""

    def matches(self, text: Text) -> bool:
        """Whether every mark occurs."""
        return all(mark in text.head for mark in self.marks)

    def read(self, text: Text) -> list[Raw]:
        """One table and the key-value lines above it."""
        table = read_table(text)
        return [Raw(table, read_preamble(table.preamble, table.decimal), self.name)]


class RelaxIS(Plain):
    """Spectrum export of RelaxIS: names without units, then a line of sample facts, then numbers in Hz and ohm."""

    name = "RelaxIS"
    marks = ("relaxis", "spectrum export")


class Novocontrol(Plain):
    """WinDETA text: a title, ``Fixed value(s) :`` with temperature and voltage, names such as ``Zs' [Ohms]``."""

    name = "Novocontrol"
    marks = ("fixed value",)

    def read(self, text: Text) -> list[Raw]:
        """As a table; a ``Sig''`` becomes the permittivity that it stands for."""
        return [replace(raw, table=_with_vacuum(raw.table)) for raw in super().read(text)]


def _with_vacuum(table: Table) -> Table:
    """``table`` with the permittivity of ``Sig''``, which WinDETA writes as -omega epsilon_0 (epsilon' - 1)."""
    found, frequency = table.column("conductivity_imaginary"), table.column("frequency")
    if found is None or frequency is None or table.column("permittivity_real") or found[0].unit != "s/cm":
        return table
    if frequency[0].unit != "hz" or frequency[0].logarithm or not (frequency[1] > 0).all():
        return table
    column, values = found[0], found[1] * (found[0].factor or 1.0)
    omega = 2 * np.pi * frequency[1] * (frequency[0].factor or 1.0)
    at = table.columns.index(column)
    changed = table.values.copy()
    changed[:, at] = 1 + values * np.sign(np.median(values)) / (omega * VACUUM_PERMITTIVITY)
    columns = [*table.columns]
    columns[at] = Column("permittivity_real", column.name)
    said = f"WinDETA leaves the vacuum out of {column.name}; it was added."
    return replace(table, values=changed, columns=columns, assumptions=[*table.assumptions, said])


class CHInstruments(Plain):
    """Text export of CH Instruments: ``key = value`` settings and names such as ``Z'/ohm``."""

    name = "CH Instruments"
    marks = ("a.c. impedance", "instrument model:")


class Parstat(Plain):
    """Tab-separated records of a Parstat; rows before the sweep are DC records of frequency 0."""

    name = "Parstat"
    marks = ("potential (v)\tcurrent (a)\telapsed time (s)\tfrequency (hz)\tzre (ohms)",)


class PowerSuite(Plain):
    """Three columns named Frequency, Zre, Zimg."""

    name = "PowerSuite"
    marks = ("frequency\t zre\t zimg",)

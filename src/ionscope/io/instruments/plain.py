"""Any table of numbers: CSV of every dialect, with or without names, and text exports that are no more than that."""

from __future__ import annotations

from ionscope.io.assemble import Raw
from ionscope.io.preamble import read_preamble
from ionscope.io.table import read_table
from ionscope.io.text import Text


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

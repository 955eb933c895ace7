"""Spoilt pellets are read within their intervals, and told."""

import pytest
from spoilt import NAMES, read_spoilt

from ionscope.reader import Reader


@pytest.fixture(scope="module")
def table():
    return read_spoilt(40, 3, Reader.load())


def test_what_an_instrument_spoils_is_read_and_covered(table):
    assert list(table.index) == list(NAMES)
    assert (table["covered"] >= 0.88).all()
    assert (table["refused"] <= 0.15).all()  # pellets without a plateau are among them
    assert (table["median"] <= 0.03).all()


def test_it_is_told(table):
    assert (table["ok"] <= 0.15).all()

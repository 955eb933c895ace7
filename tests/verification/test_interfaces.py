"""What stores the charge of an electrode is no part of the answer."""

import pytest
from interfaces import INTERFACES, read_interfaces

from ionscope.reader import Reader


@pytest.fixture(scope="module")
def table():
    return read_interfaces(40, 3, Reader.load())


def test_an_interface_with_the_charge_of_an_electrode_is_not_counted(table):
    assert list(table.index) == list(INTERFACES)
    for name in list(INTERFACES)[1:]:  # nobody can tell the first from grain boundaries
        assert table.loc[name, "covered"] >= 0.88
        assert table.loc[name, "median"] <= 0.02

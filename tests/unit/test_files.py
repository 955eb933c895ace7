"""Files are whole or absent, JSON is strict, and named random streams depend on nothing but their names."""

import json
import math
import os
import signal
import stat
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionscope.files import read_json, to_json, whole_file, write_json, write_text
from ionscope.seeds import derived_seed

HALF_WRITTEN = """
import os, signal, sys
from ionscope.files import whole_file
with whole_file(sys.argv[1]) as temporary:
    temporary.write_text("half of")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_file_appears_at_the_end_and_not_before(tmp_path):
    path = tmp_path / "new" / "folder" / "table.csv"
    with whole_file(path) as temporary:
        temporary.write_text("content")
        assert not path.exists()
        assert temporary.parent == path.parent and temporary.suffix == ".csv"
    assert path.read_text() == "content"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("before", [None, "old"])
def test_an_exception_leaves_what_was_there(tmp_path, before):
    path = tmp_path / "table.csv"
    if before is not None:
        path.write_text(before)
    with pytest.raises(ZeroDivisionError), whole_file(path) as temporary:
        temporary.write_text("half of")
        raise ZeroDivisionError
    assert [(p, p.read_text()) for p in tmp_path.iterdir()] == ([] if before is None else [(path, before)])


@pytest.mark.skipif(os.name != "posix", reason="sends SIGKILL")
def test_a_killed_process_leaves_what_was_there(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")
    ended = subprocess.run([sys.executable, "-c", HALF_WRITTEN, str(path)])
    assert ended.returncode == -signal.SIGKILL
    assert path.read_text() == "old"
    write_text(path, "new")
    assert path.read_text() == "new"


def test_a_result_is_as_readable_as_any_other_file(tmp_path):
    write_text(tmp_path / "ours", "x")
    (tmp_path / "plain").write_text("x")
    assert stat.S_IMODE((tmp_path / "ours").stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


def test_text_is_utf8(tmp_path):
    write_text(tmp_path / "note", "Ω cm², 25 °C")
    assert (tmp_path / "note").read_bytes() == "Ω cm², 25 °C".encode()


def refuse_constant(name):
    raise AssertionError(f"{name} is not JSON")


trees = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(trees)
def test_json_is_strict_and_comes_back_the_same(tree):
    def expected(value):
        if isinstance(value, dict):
            return {key: expected(item) for key, item in value.items()}
        if isinstance(value, list):
            return [expected(item) for item in value]
        return None if isinstance(value, float) and not math.isfinite(value) else value

    assert json.loads(to_json(tree), parse_constant=refuse_constant) == expected(tree)


def test_numpy_values_become_plain_ones(tmp_path):
    content = {
        "scalar": np.float64(0.1),
        "single": np.float32(0.5),
        "whole": np.int64(3),
        "flag": np.bool_(True),
        "missing": np.float64("nan"),
        "row": np.array([1.0, np.inf]),
        "matrix": np.arange(4).reshape(2, 2),
        "pair": (1, 2),
        7: "number as key",
    }
    write_json(tmp_path / "content.json", content)
    assert read_json(tmp_path / "content.json") == {
        "scalar": 0.1,
        "single": 0.5,
        "whole": 3,
        "flag": True,
        "missing": None,
        "row": [1.0, None],
        "matrix": [[0, 1], [2, 3]],
        "pair": [1, 2],
        "7": "number as key",
    }


def test_what_json_cannot_hold_leaves_no_file(tmp_path):
    with pytest.raises(TypeError):
        write_json(tmp_path / "content.json", {"a": object()})
    assert list(tmp_path.iterdir()) == []


def test_streams_are_told_apart_by_root_name_and_order():
    names = [(), ("a",), ("b",), ("a", "b"), ("b", "a"), ("a", 0), ("a", 1), ("train", "joint", "final")]
    seeds = [derived_seed(root, *name) for root in (0, 1, 20261123) for name in names]
    assert len(set(seeds)) == len(seeds)
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_a_stream_is_the_same_in_another_process():
    command = "from ionscope.seeds import derived_seed; print(derived_seed(7, 'train', 'joint', 3))"
    env = {**os.environ, "PYTHONHASHSEED": "12345"}
    printed = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True, env=env)
    assert int(printed.stdout) == derived_seed(7, "train", "joint", 3)

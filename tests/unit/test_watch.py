"""A watched folder: a file is told once, when it is finished, and again when it has changed."""

import os
import signal
import subprocess
import sys

import pandas as pd
import pytest
from series_files import StubReader, write

from ionscope.batch.log import GrowingTable
from ionscope.batch.watching import PATIENCE, FolderWatch, finished_files
from ionscope.cli import main
from ionscope.errors import InputDataError
from ionscope.reader import Reader


def names(paths):
    return [path.name for path in paths]


def test_a_file_is_told_when_it_has_stayed_the_same_between_two_polls(tmp_path):
    watch = FolderWatch(tmp_path)
    assert watch.poll() == []
    (tmp_path / "a.csv").write_text("1")
    assert watch.poll() == []
    (tmp_path / "a.csv").write_text("1,2")
    assert watch.poll() == []
    assert names(watch.poll()) == ["a.csv"]
    assert watch.poll() == []


def test_a_file_that_grows_later_is_told_again(tmp_path):
    watch = FolderWatch(tmp_path)
    (tmp_path / "a.csv").write_text("1")
    watch.poll()
    assert names(watch.poll()) == ["a.csv"]
    (tmp_path / "a.csv").write_text("1,2")
    assert watch.poll() == []
    assert names(watch.poll()) == ["a.csv"]


def test_files_are_told_in_the_order_they_were_finished(tmp_path):
    for age, name in enumerate(("c.csv", "a.csv", "b.csv")):
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, ns=(0, 10**9 * (age + 1)))
    watch = FolderWatch(tmp_path)
    watch.poll()
    assert names(watch.poll()) == ["c.csv", "a.csv", "b.csv"]


def test_old_files_hidden_ones_and_the_output_can_be_left_out(tmp_path):
    for name in ("old.csv", ".hidden.csv", "photo.png", "out.csv"):
        (tmp_path / name).write_text("1")
    (tmp_path / "empty.csv").touch()
    (tmp_path / "folder").mkdir()
    ignored = frozenset({(tmp_path / "out.csv").resolve()})
    everything, new = FolderWatch(tmp_path, False, ignored), FolderWatch(tmp_path, True, ignored)
    everything.poll(), new.poll()
    (tmp_path / "new.csv").write_text("2")
    everything.poll(), new.poll()
    assert names(new.poll()) == ["new.csv"]
    assert names(everything.poll()) == ["new.csv"]  # old.csv was told by the poll before
    (tmp_path / "old.csv").write_text("changed")
    new.poll()
    assert names(new.poll()) == ["old.csv"]


def test_a_folder_that_goes_away_is_one_line(tmp_path):
    with pytest.raises(InputDataError, match="cannot be watched"):
        FolderWatch(tmp_path / "absent").poll()


def test_polls_go_on_with_the_interval_between_them(tmp_path):
    (tmp_path / "a.csv").write_text("1")
    waits = []
    files = finished_files(FolderWatch(tmp_path), 0.5, waits.append)
    assert next(files).name == "a.csv" and waits == [0.5]


def test_a_folder_that_is_away_for_a_while_does_not_end_the_watch(tmp_path):
    folder, away, told = tmp_path / "data", tmp_path / "away", []
    folder.mkdir()
    (folder / "a.csv").write_text("1")
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 2:
            folder.rename(away)
        if len(waits) == 4:
            away.rename(folder)
            (folder / "b.csv").write_text("2")

    files = finished_files(FolderWatch(folder), 1.0, sleep, told.append)
    assert names([next(files), next(files)]) == ["a.csv", "b.csv"]
    assert len(told) == 2 and "cannot be watched" in told[0] and "there again" in told[1]


def test_a_folder_that_stays_away_ends_the_watch(tmp_path):
    folder, waits = tmp_path / "data", []
    folder.mkdir()

    def sleep(seconds):
        waits.append(seconds)
        if folder.exists():
            folder.rmdir()

    with pytest.raises(InputDataError, match="cannot be watched"):
        next(finished_files(FolderWatch(folder), 600.0, sleep))
    assert PATIENCE <= sum(waits) < PATIENCE + 3 * 600


def test_a_growing_table_is_gone_on_with_and_mended(tmp_path):
    path = tmp_path / "new" / "log.csv"
    GrowingTable(path, ["a", "b"]).append({"b": 1.5, "c": "not a column"})
    with open(path, "a") as file:
        file.write("cut o")
    GrowingTable(path, ["a", "b"]).append({"a": "x, y"})
    assert path.read_text() == 'a,b\n,1.5\n"x, y",\n'
    with pytest.raises(InputDataError, match="other columns"):
        GrowingTable(path, ["a", "c"])
    with pytest.raises(InputDataError, match="cannot be written"):
        GrowingTable(tmp_path, ["a"])


def test_the_command_tells_each_file_and_ends_with_an_interrupt(tmp_path, monkeypatch, capsys):
    write(tmp_path / "first.csv")
    calls = []

    def sleep(seconds):
        calls.append(seconds)
        if len(calls) == 2:
            write(tmp_path / "second.csv", 2e3)
            (tmp_path / "bad.csv").write_text("no numbers\n")
        if len(calls) == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(Reader, "load", lambda folder=None: StubReader())
    monkeypatch.setattr(
        "ionscope.batch.watching.finished_files",
        lambda watch, interval, tell: finished_files(watch, interval, sleep, tell),
    )
    output = tmp_path / "log.csv"
    assert main(["watch", str(tmp_path), "--output", str(output), "--interval", "0.1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [os.path.basename(line.split(": ")[0]) for line in lines] == ["first.csv", "second.csv", "bad.csv"]
    assert "ohm" in lines[0] and "not read" in lines[2]
    assert list(pd.read_csv(output)["verdict"]) == ["ok", "ok", "unreadable"]
    assert set(calls) == {0.1}


def test_a_folder_that_is_none_is_bad_input(tmp_path, capsys):
    assert main(["watch", str(tmp_path / "absent")]) == 2
    assert "no such folder" in capsys.readouterr().err


def test_the_program_ends_with_ctrl_c_and_code_0(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "ionscope.cli", "watch", str(tmp_path), "--interval", "0.05"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell without job control starts what runs in its background deaf to Ctrl-C, tests and all.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    write(tmp_path / "pellet.csv")
    line = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert "pellet.csv" in line and "ohm" in line
    assert process.returncode == 0 and errors == ""

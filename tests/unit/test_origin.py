"""Which code made a run: a clone of its own, with results that name a commit."""

import subprocess

import pytest

from ionscope.files import write_json
from ionscope.origin import changed_code, commit


def git(clone, *arguments):
    who = ["-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=clone, check=True, capture_output=True)


@pytest.fixture
def clone(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "one.py").write_text("a = 1\n")
    (tmp_path / "README.md").write_text("text\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    write_json(tmp_path / "provenance.json", {"commit": commit(tmp_path)})
    return tmp_path


def test_unchanged_code_and_changed_text_are_told_of_nothing(clone):
    assert len(commit(clone)) == 40
    assert changed_code(clone / "provenance.json", clone) == []
    (clone / "README.md").write_text("other text\n")
    assert changed_code(clone / "provenance.json", clone) == []


@pytest.mark.parametrize("committed", [True, False])
def test_changed_code_is_named(clone, committed):
    (clone / "src" / "one.py").write_text("a = 2\n")
    if committed:
        git(clone, "commit", "-qam", "second")
    assert commit(clone).endswith("-dirty") is not committed
    assert changed_code(clone / "provenance.json", clone) == ["src/one.py"]


@pytest.mark.parametrize("stated", ["0" * 40, "--output=x", "", None, 7])
def test_a_commit_that_is_not_there_tells_nothing(clone, stated):
    write_json(clone / "provenance.json", {"commit": stated})
    assert changed_code(clone / "provenance.json", clone) == []


@pytest.mark.parametrize("content", [None, "", "[]", "{"])
def test_no_readable_provenance_tells_nothing(clone, content):
    path = clone / "results.json"
    if content is not None:
        path.write_text(content)
    assert changed_code(path, clone) == []


def test_without_a_repository_nothing_is_told(tmp_path):
    write_json(tmp_path / "provenance.json", {"commit": "0" * 40})
    assert commit(tmp_path) is None
    assert changed_code(tmp_path / "provenance.json", tmp_path) == []

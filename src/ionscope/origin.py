"""Which code made the results of a run, and whether it has changed since.

Snakemake makes anew what a changed parameter or file of data concerns; it does not see that a module of the library has
changed.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from ionscope.files import read_json

CODE = "src", "scripts"
"""Folders of a clone whose files decide what a run's results are."""


def commit(clone: Path) -> str | None:
    """Of the code, with "-dirty" where it differs from it; None where there is no git or no repository."""
    answer = _git(clone, "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*")
    return answer.strip() or None if answer is not None else None


def changed_code(provenance: Path, clone: Path) -> list[str]:
    """Files of `CODE` that differ from the commit which a run's `provenance.json` names.

    Empty where that cannot be told: no run yet, no git, or a commit that this clone does not have.
    """
    try:
        made_by = str(read_json(provenance)["commit"] or "")
    except (OSError, ValueError, KeyError, TypeError):
        return []
    named = made_by.removesuffix("-dirty")
    if not named or named.startswith("-"):
        return []
    answer = _git(clone, "diff", "--name-only", named, "--", *CODE)
    return answer.split() if answer is not None else []


def _git(clone: Path, *arguments: str) -> str | None:
    """What git says about `clone`; None where it fails."""
    try:
        answer = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False, cwd=clone)
    except OSError:
        return None
    return answer.stdout if answer.returncode == 0 else None

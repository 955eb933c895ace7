"""Reading what a run wrote. Every file is optional to a report: one that is not there is named, not an error."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ionscope.config import READER
from ionscope.errors import InputDataError
from ionscope.files import read_json
from ionscope.io.dataset import read_dataset
from ionscope.spectrum import SpectrumSet

NAMES = (
    "specimen", "material", "electrode", "role", "variant", "verdict", "method", "kind", "name", "file",
    "value_of_group", "quantity", "unit", "note", "corruption", "learner", "value",
)  # fmt: skip
"""Columns that hold names even where a name looks like a number."""


class MissingFile(Exception):
    """A file that this run, or the configuration beside it, does not have."""

    def __init__(self, name: str):
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class RunFolder:
    """A folder `results/<run>` and the configuration that its rules came from.

    variant : the one that figures show where only one is shown
    literal : the one that follows the paper's recipe word for word
    """

    path: Path
    config: Path
    variant: str = "joint"
    literal: str = "literal"

    def training(self, name: str) -> str:
        """Name of a file that training the shown variant wrote: a run's reader is kept apart from its variants."""
        return f"reader/trained/{name}" if self.variant == READER else f"models/{self.variant}/final/{name}"

    def file(self, name: str) -> Path:
        """Path of a file of the run, or `MissingFile`."""
        return _existing(self.path / name, name)

    def setting(self, name: str) -> Path:
        """Path of a file of the configuration, or `MissingFile`."""
        return _existing(self.config / name, f"config/{name}")

    def table(self, name: str) -> pd.DataFrame:
        """A CSV table of the run; `InputDataError` where it cannot be read as one."""
        path = self.file(name)
        try:
            return pd.read_csv(path, dtype=dict.fromkeys(NAMES, str))
        except (ValueError, pd.errors.ParserError) as error:
            raise InputDataError(f"{path}: not a readable table ({error})") from None

    def text_table(self, name: str) -> pd.DataFrame:
        """A CSV table as the text it holds, empty cells as empty text."""
        return pd.read_csv(self.file(name), dtype=str, keep_default_na=False)

    def json(self, name: str) -> Any:
        """A JSON file of the run; `InputDataError` where it is damaged."""
        path = self.file(name)
        try:
            return read_json(path)
        except ValueError as error:
            raise InputDataError(f"{path}: not valid JSON ({error})") from None

    def spectra(self) -> SpectrumSet:
        """The run's spectra: as simulated with their truth, or else as read back."""
        try:
            return read_dataset(self.file("data/spectra.nc"))
        except MissingFile:
            return read_dataset(self.file("preprocess/ingested.nc"))

    def metrics(self) -> dict[str, Any]:
        """`evaluation/metrics.json`, empty where there is none."""
        try:
            return self.json("evaluation/metrics.json")
        except MissingFile:
            return {}

    def paper(self, claim: str) -> float | None:
        """The paper's figure for a claim, as `claims.csv` has it; None where it is no number or not there."""
        try:
            table = self.text_table("claims.csv").set_index("id")
            return float(table.loc[claim, "paper"])  # type: ignore[arg-type]
        except (MissingFile, KeyError, ValueError):
            return None


def _existing(path: Path, name: str) -> Path:
    if not path.is_file():
        raise MissingFile(name)
    return path

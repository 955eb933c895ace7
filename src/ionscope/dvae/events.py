"""Training curves for TensorBoard, an optional extra: nothing here is imported before someone asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from pathlib import Path
from typing import Any

from ionscope.errors import TrainingError


class EventLog:
    """Writes the numbers of a training's rows below `folder`, for ``tensorboard --logdir``; to be closed.

    Raises
    ------
    TrainingError : the extra is not installed
    """

    def __init__(self, folder: Path | str):
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            raise TrainingError(
                "learning.tensorboard is true, but TensorBoard is not installed: pip install 'ionscope[tensorboard]', "
                "or set it to false (the same numbers are in history.csv)"
            ) from None
        self._writer: Any = SummaryWriter(str(folder))

    def add(self, row: Mapping[str, Any]) -> None:
        """Write one row of the history at its `step`."""
        for name, value in row.items():
            if name != "step" and isinstance(value, Real):
                self._writer.add_scalar(name, float(value), int(row["step"]))

    def close(self) -> None:
        self._writer.close()

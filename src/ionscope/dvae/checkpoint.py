"""Training state on disk: resumes bit for bit on one machine, and is data only (no pickle)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from ionscope.errors import ModelFileError
from ionscope.files import whole_file


def save_tensors(path: Path | str, tensors: dict[str, Tensor], metadata: dict[str, Any]) -> None:
    """Write tensors and JSON-able metadata as one safetensors file, whole or not at all."""
    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with whole_file(path) as temporary:
        save_file(contiguous, temporary, metadata={"json": json.dumps(metadata)})


def load_tensors(path: Path | str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what `save_tensors` wrote; `ModelFileError` where the file is missing, truncated or not such a file."""
    try:
        with safe_open(str(path), framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}
            metadata = json.loads((file.metadata() or {}).get("json", "{}"))
    except (OSError, SafetensorError, ValueError) as error:
        raise ModelFileError(f"{path}: cannot be read as a model file ({str(error).splitlines()[0]})") from None
    return tensors, metadata


class TrainingState:
    """Everything that changes while training: modules, optimiser, random streams, step and history."""

    def __init__(self, module: nn.Module, optimiser: torch.optim.Optimizer, seed: int):
        self.module = module
        self.optimiser = optimiser
        self.rng = np.random.default_rng(seed)
        self.noise = torch.Generator().manual_seed(seed)
        self.step = 0
        self.history: list[dict[str, Any]] = []
        self.extra: dict[str, Any] = {}
        self.best: dict[str, Tensor] = {}

    def keep_as_best(self) -> None:
        """Remember the module as it is now."""
        self.best = {name: tensor.detach().clone() for name, tensor in self.module.state_dict().items()}

    def restore_best(self) -> None:
        if self.best:
            self.module.load_state_dict(self.best)

    def save(self, path: Path | str, fingerprint: str) -> None:
        tensors = {f"module.{name}": tensor for name, tensor in self.module.state_dict().items()}
        tensors |= {f"best.{name}": tensor for name, tensor in self.best.items()}
        scalars: dict[str, Any] = {}
        for i, slot in self.optimiser.state_dict()["state"].items():
            for name, value in slot.items():
                if isinstance(value, Tensor):
                    tensors[f"optimiser.{i}.{name}"] = value
                else:
                    scalars[f"{i}.{name}"] = value
        tensors["noise"] = self.noise.get_state()
        save_tensors(
            path,
            tensors,
            {
                "fingerprint": fingerprint,
                "step": self.step,
                "history": self.history,
                "extra": self.extra,
                "rng": self.rng.bit_generator.state,
                "optimiser": scalars,
            },
        )

    def resume(self, path: Path | str, fingerprint: str) -> bool:
        """Take up the state saved at `path`; False where there is none or it belongs to another training."""
        if not Path(path).exists():
            return False
        try:
            tensors, saved = load_tensors(path)
        except ModelFileError:
            return False  # a checkpoint is a convenience: a damaged one means starting afresh
        if saved.get("fingerprint") != fingerprint:
            return False
        self.module.load_state_dict(_below(tensors, "module."))
        self.best = _below(tensors, "best.")
        slots: dict[int, dict[str, Any]] = {}
        for key, tensor in _below(tensors, "optimiser.").items():
            index, name = key.split(".", 1)
            slots.setdefault(int(index), {})[name] = tensor
        for key, value in saved["optimiser"].items():
            index, name = key.split(".", 1)
            slots.setdefault(int(index), {})[name] = value
        state = self.optimiser.state_dict()
        state["state"] = slots
        self.optimiser.load_state_dict(state)
        self.noise.set_state(tensors["noise"])
        self.rng.bit_generator.state = saved["rng"]
        self.step, self.history, self.extra = saved["step"], saved["history"], saved["extra"]
        return True


def _below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}

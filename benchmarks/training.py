"""How fast models are trained: ``python benchmarks/training.py [--spectra 4000] [--steps 200]`` prints JSON.

The two networks that matter, `enlarged` of the paper's run and the reader of `production`, on cells in closed form, on
every device there is. `autoencoder_ms` and `joint_ms` are medians over steps; `batch_ms` is the part of an autoencoder
step in which the processor puts the batch together.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

from ionscope.config import ReaderModel, Variant, load_run, read_yaml
from ionscope.dka.experiment import make_source
from ionscope.dka.training import train
from ionscope.preprocess.smoothing import Smoothing
from ionscope.spectrum import SpectrumSet

CONFIG = Path(__file__).resolve().parents[1] / "config"


def cells(n: int, frequency: np.ndarray) -> SpectrumSet:
    """n blocking cells with one arc each."""
    rng = np.random.default_rng(0)
    share, arc, spike = rng.uniform(0.2, 0.8, n), 10 ** rng.uniform(2.5, 5, n), 10 ** rng.uniform(-0.5, 1, n)
    jf = 1j * frequency
    z = share[:, None] + (1 - share[:, None]) / (1 + jf / arc[:, None]) + (jf / spike[:, None]) ** -0.9
    sigma = 10 ** rng.uniform(-5, -3, n)
    return SpectrumSet.from_arrays(
        frequency,
        z / sigma[:, None] / 4,
        temperature=298.15,
        thickness=0.1,
        area=0.4,
        specimen=np.array([f"cell-{i:06d}" for i in range(n)]),
        material="generic",
        electrode="blocking",
        sigma_total=sigma,
    )


def measure(variant: Variant, spectra: SpectrumSet, steps: int, device: str) -> dict[str, float]:
    """Milliseconds a step of `variant`, cut down to so many steps of each phase."""
    shortened = variant.model_copy(
        update={
            "dvae": variant.dvae.model_copy(update={"steps": steps}),
            "dka": variant.dka.model_copy(update={"steps": steps // 4, "retune_every": steps}),
        }
    )
    source = make_source(spectra, shortened, Smoothing())
    stamps: list[float] = []
    begin = time.perf_counter()
    train(source, np.arange(len(spectra)), shortened, 0, device, progress=lambda *_: stamps.append(time.perf_counter()))
    total, took = time.perf_counter() - begin, np.diff(stamps) * 1e3
    rng, batch = np.random.default_rng(1), variant.dvae.batch
    index = np.arange(len(spectra))
    begin = time.perf_counter()
    for _ in range(20):
        source.batch(rng.choice(index, batch, replace=False), round(variant.dka.mixing * batch), rng)
    return {
        "autoencoder_ms": round(float(np.median(took[: steps - 2])), 2),
        "joint_ms": round(float(np.median(took[steps:])), 2),
        "batch_ms": round((time.perf_counter() - begin) * 50, 2),
        "all_s": round(total, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--spectra", type=int, default=4000)
    parser.add_argument("--steps", type=int, default=200, help="of the autoencoder; a quarter of them jointly")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    paper = load_run(read_yaml(CONFIG / "config.yaml"), CONFIG)
    reader = ReaderModel.model_validate(read_yaml(CONFIG / "production.yaml")["reader"])
    tasks = {
        "enlarged": (paper.learning.variants["enlarged"], np.geomspace(0.1, 1e4, 51)),
        "reader": (reader.variant, np.geomspace(0.01, 1e7, 91)),
    }
    devices = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    rows = {
        name: {device: measure(variant, cells(arguments.spectra, grid), arguments.steps, device) for device in devices}
        for name, (variant, grid) in tasks.items()
    }
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    print(
        json.dumps(
            {"processor": platform.processor(), "gpu": gpu, "torch": torch.__version__, "models": rows}, indent=1
        )
    )


if __name__ == "__main__":
    main()

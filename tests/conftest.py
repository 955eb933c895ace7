"""What the tests share: one thread a process, one set of a few simulated pellets, how hypothesis searches."""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # read by the libraries when they are imported, so before them

from pathlib import Path

import hypothesis
import pytest
import torch

from ionscope.config import Simulation, Variant
from ionscope.simulate.generate import Priors, n_specimens, simulate_specimens
from ionscope.spectrum import SpectrumSet

CONFIG = Path(__file__).parents[1] / "config"

torch.set_num_threads(1)
hypothesis.settings.register_profile("ionscope", deadline=None, max_examples=50, derandomize=True)
hypothesis.settings.load_profile("ionscope")


@pytest.fixture(scope="session")
def simulated() -> SpectrumSet:
    """Twelve pellets of two materials at three temperatures, 36 spectra of 31 points; not to be changed."""
    settings = Simulation(
        specimens_per_material=6,
        temperatures_c=[25, 55, 85],
        frequency_min_hz=0.1,
        frequency_max_hz=1e4,
        frequencies=31,
        electrodes={"blocking": 0.5, "lithium": 0.5},
        grains=16,
        wall_refinement=1,
        shards=2,
    )
    priors = Priors.load(CONFIG, ["llzo", "lcto"], settings.electrodes)
    return simulate_specimens(settings, priors, seed=11, numbers=range(n_specimens(settings, priors)))


@pytest.fixture(scope="session")
def quick() -> Variant:
    """The default way to learn, with as few steps as go through every phase."""
    return Variant.model_validate(
        {
            "dvae": {"steps": 6, "latent": 4, "batch": 16, "widths": [4, 4, 8, 8, 8]},
            "dka": {"steps": 4, "retune_every": 4, "calls": 10, "support": 64, "virtual": 20},
        }
    )

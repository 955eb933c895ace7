"""What `misfits.py` says of cells that a circuit describes, and of one that no circuit does."""

import numpy as np
import pandas as pd
import pytest
from misfits import misfit, simulated_misfits

from ionscope.circuits.elements import constant_phase, parallel, resistor, series
from ionscope.spectrum import SpectrumSet

FREQUENCY = np.geomspace(0.1, 1e6, 57)
OMEGA = 2 * np.pi * FREQUENCY


def cell():
    """A boundary's arc and a blocking electrode, with noise of 0.1 %."""
    rng = np.random.default_rng(0)
    z = series(parallel(resistor(OMEGA, 1000.0), constant_phase(OMEGA, 1e-9, 0.95)), constant_phase(OMEGA, 1e-6, 0.9))
    return z * (1 + 0.001 * (rng.normal(size=z.size) + 1j * rng.normal(size=z.size)))


def test_a_circuit_leaves_noise_of_itself_and_more_of_an_electrode_that_none_of_its_elements_is():
    gerischer = 3000 / np.sqrt(0.3 + 1j * OMEGA * 1e-3)  # diffusion and reaction; its own law, not a circuit's
    assert misfit(FREQUENCY, cell()) == pytest.approx(1.0, abs=0.3)
    assert misfit(FREQUENCY, cell() + gerischer) > 1.5


def test_only_sweeps_count_that_show_their_resistance():
    known = {
        "temperature": [298.15],
        "thickness": [0.1],
        "area": [0.4],
        "material": ["llzo"],
        "electrode": ["blocking"],
    }
    columns = {name: np.array(values) for name, values in (known | {"specimen": ["a"]}).items()}
    spectra = SpectrumSet.from_arrays(FREQUENCY, cell()[None], **columns)
    rows = {"spectrum": 0, "first": 0, "last": 56, "log10_fit": [3.0, 4.0], "misfit": [0.1, 0.2]}
    np.testing.assert_allclose(simulated_misfits(spectra, pd.DataFrame(rows)), [10**0.1])

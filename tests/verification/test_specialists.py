"""`specialists.py` on a kind that shows its resistance and one that hides it."""

import numpy as np
from specialists import compare

from ionscope.spectrum import SpectrumSet

FREQUENCY = np.geomspace(0.1, 1e4, 41)


def pellets(n, seed):
    """Half with an interface that hides above the band, half with one whose arc is as large as its resistance."""
    rng = np.random.default_rng(seed)
    hidden = np.arange(n) % 2 == 0
    interface = 10 ** rng.uniform(-3, -1, n)
    corner = np.where(hidden, 1e8, 300.0)
    z = 100.0 * (1 + interface[:, None] / (1 + 1j * FREQUENCY / corner[:, None]))
    return SpectrumSet.from_arrays(
        FREQUENCY,
        z * (1 + 1e-5 * (rng.normal(size=z.shape) + 1j * rng.normal(size=z.shape))),
        temperature=298.15,
        thickness=0.1,
        area=0.4,
        specimen=np.array([f"p-{i}" for i in range(n)]),
        material="a",
        electrode=np.where(hidden, "hiding", "showing"),
        sigma_total=0.25 / 100.0,
    )


class Perfect:
    def resistance(self, frequency, impedance, shape, temperature):
        return np.full(len(impedance), 2.0), None


def test_trees_read_what_is_shown_and_no_better_than_a_constant_what_is_hidden():
    found = compare(pellets(1200, 0), pellets(300, 1), Perfect())
    rms = {kind: {name: np.sqrt((e**2).mean()) for name, e in by.items()} for kind, by in found.items()}
    assert set(rms) == {"a, hiding", "a, showing"}
    assert rms["a, showing"]["trees"] < 0.25 * rms["a, showing"]["constant"]
    assert rms["a, hiding"]["trees"] > 0.75 * rms["a, hiding"]["constant"]
    assert max(by["model"] for by in rms.values()) < 1e-12

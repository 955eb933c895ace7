"""Whether a model that reads every pellet leaves anything to one that has learned from this kind of pellet alone.

``python tests/verification/specialists.py [RUN]`` takes the further and the checking specimens of a run (default
results/paper) and prints, for each material and electrode, errors of log10 sigma on the checking specimens, in decades:
of the read-off with the best constant for that kind, of boosted trees that have learned from the further specimens of
that kind and see small departures from a plateau enlarged, and of a model of the run. What all three miss alike is
not in the spectra, whatever a limit that is linearised about the truth says.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor

from ionscope.dka.bundle import ModelBundle
from ionscope.dka.experiment import shape_factor
from ionscope.io.dataset import read_dataset
from ionscope.preprocess.reference import read_off
from ionscope.spectrum import SpectrumSet

SMALL = 0.003
"""Decades of |Z| and radians, above which the trees see logarithms: as large as the noise at most."""


def departures(spectra: SpectrumSet) -> tuple[np.ndarray, np.ndarray]:
    """What trees see of n spectra (n, 2 f + 1), and log10 of the true resistance over the read-off (n,)."""
    reference, at, _ = read_off(spectra.frequency, spectra.impedance)
    modulus = np.log10(np.abs(spectra.impedance) / reference[:, None])
    seen = np.arcsinh(np.hstack([modulus, np.angle(spectra.impedance)]) / SMALL)
    return np.column_stack([seen, np.log10(at)]), np.log10(shape_factor(spectra) / spectra["sigma_total"] / reference)


def kinds(spectra: SpectrumSet) -> np.ndarray:
    """(n,) material and electrode of each spectrum."""
    return np.array([f"{m}, {e}" for m, e in zip(spectra["material"], spectra["electrode"], strict=True)])


def compare(learned: SpectrumSet, checked: SpectrumSet, model: ModelBundle) -> dict[str, dict[str, np.ndarray]]:
    """Errors [decades] of each reader on each kind of the checked spectra."""
    said, _ = model.resistance(checked.frequency, checked.impedance, shape_factor(checked), checked["temperature"])
    error = said - np.log10(shape_factor(checked) / checked["sigma_total"])
    x, y = departures(learned)
    x_checked, y_checked = departures(checked)
    of_learned, of_checked = kinds(learned), kinds(checked)
    found = {}
    for kind in np.unique(of_checked):
        own, asked = of_learned == kind, of_checked == kind
        trees = HistGradientBoostingRegressor(max_iter=400, learning_rate=0.05, random_state=0).fit(x[own], y[own])
        found[kind] = {
            "constant": np.median(y[own]) - y_checked[asked],
            "trees": trees.predict(x_checked[asked]) - y_checked[asked],
            "model": error[asked],
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", nargs="?", type=Path, default=Path("results/paper"))
    parser.add_argument("--variant", default="enlarged", help="the model (default: enlarged)")
    given = parser.parse_args()
    learned, checked = (read_dataset(given.run / "learning" / f"{name}.nc") for name in ("further", "checking"))
    model = ModelBundle.load(given.run / "models" / given.variant / "calibrated")
    print(f"{'':16s}{'reader':>10s}{'median':>10s}{'RMSE':>10s}")
    for kind, readers in compare(learned, checked, model).items():
        for name, error in readers.items():
            print(f"{kind:16s}{name:>10s}{np.median(np.abs(error)):10.4f}{np.sqrt((error**2).mean()):10.4f}")


if __name__ == "__main__":
    main()

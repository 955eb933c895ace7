"""How much of a measured spectrum a circuit leaves unexplained, beside simulated ones.

``python tests/verification/misfits.py FILE... [--run RUN]`` fits each file as the reader does, the circuit chosen by
the data, and prints the residual over the noise (what any causal cell leaves), and for how many of the run's simulated
sweeps that ratio is smaller. Of these count only sweeps that show their resistance: read-off and fit agree within
`AGREE`. It is why the combination takes the expected error of a circuit fit for larger than simulated cells tell.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from ionscope.circuits.evidence import FEATURES, Evidence
from ionscope.io import read_spectra
from ionscope.io.dataset import read_dataset
from ionscope.preprocess.reference import read_off
from ionscope.spectrum import SpectrumSet

AGREE = np.log10(1.05)


def misfit(frequency: np.ndarray, impedance: np.ndarray) -> float:
    """Residual of the circuit fit over the noise, of one spectrum (f,)."""
    return float(10 ** Evidence.gather(frequency, impedance).features[FEATURES.index("misfit")])


def simulated_misfits(spectra: SpectrumSet, evidence: pd.DataFrame) -> np.ndarray:
    """The same of those sweeps in `evidence`, as `fit_reader` wrote it, that show their resistance."""
    shown = []
    for row in evidence.itertuples():
        points = slice(row.first, row.last + 1)
        reference, *_ = read_off(spectra.frequency[points], spectra.impedance[[row.spectrum], points])
        shown.append(abs(row.log10_fit - np.log10(reference[0])) < AGREE)
    return 10 ** evidence["misfit"].to_numpy()[shown]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--run", type=Path, default=Path("results/production"))
    given = parser.parse_args()
    evidence = pd.concat([pd.read_csv(path) for path in sorted((given.run / "reader/evidence/test").glob("*.csv"))])
    known = simulated_misfits(read_dataset(given.run / "reader/data/spectra.nc"), evidence)
    for path in given.files:
        spectrum = read_spectra(path)[0]
        ratio = misfit(spectrum.frequency, spectrum.impedance)
        print(
            f"{path}: {ratio:.1f} times the noise; less in {100 * np.mean(known < ratio):.1f} % of {len(known)} sweeps"
        )


if __name__ == "__main__":
    main()

"""What the low-frequency end of a measured blocking cell asks of an electrode model.

``python tests/verification/spikes.py FILE...`` fits four electrodes in series with a resistance to each file's points
below the read-off, and prints how far they stay from the data (RMS of the relative residual) and what they find. The
priors of `config/electrodes/leaky.yaml` rest on it: one constant phase element does not describe a real spike, two
unlike sides with a leak beside them do.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from scipy.optimize import least_squares

from ionscope.circuits.elements import constant_phase, parallel, series
from ionscope.io import read_spectra
from ionscope.preprocess.reference import read_off

STARTS = 20
Electrode = Callable[[np.ndarray, list[tuple[float, float]]], np.ndarray]
"""From omega (f,) and pairs of Q [S s^n] and n."""

ELECTRODES: dict[str, tuple[int, Electrode]] = {
    "one constant phase element": (1, lambda w, p: constant_phase(w, *p[0])),
    "unlike sides": (2, lambda w, p: series(constant_phase(w, *p[0]), constant_phase(w, *p[1]))),
    "one and a leak": (2, lambda w, p: parallel(constant_phase(w, *p[0]), constant_phase(w, *p[1]))),
    "unlike sides and a leak": (
        3,
        lambda w, p: parallel(series(constant_phase(w, *p[0]), constant_phase(w, *p[1])), constant_phase(w, *p[2])),
    ),
}


def spike(frequency: np.ndarray, impedance: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """The points below the read-off, and the read-off in ohm."""
    resistance, at, _ = read_off(frequency, impedance[None])
    below = frequency < at[0]
    return 2 * np.pi * frequency[below], impedance[below], float(resistance[0])


def fit(name: str, omega: np.ndarray, z: np.ndarray, resistance: float) -> tuple[float, list[tuple[float, float]]]:
    """RMS of the relative residual of the best of `STARTS` fits, and the pairs of Q and n."""
    number, electrode = ELECTRODES[name]
    rng = np.random.default_rng(0)
    size = np.log(1 / (np.abs(z[omega.argmin()]) * omega.min() ** 0.9))

    def pairs(x: np.ndarray) -> list[tuple[float, float]]:
        return [(float(np.exp(q)), float(n)) for q, n in x[1:].reshape(-1, 2)]

    def residual(x: np.ndarray) -> np.ndarray:
        off = (resistance * np.exp(x[0]) + electrode(omega, pairs(x)) - z) / np.abs(z)
        return np.concatenate([off.real, off.imag])

    lower = [-1.0, *(number * [size - 16, 0.0])]
    upper = [1.0, *(number * [size + 16, 1.0])]
    best = None
    for _ in range(STARTS):
        start = [0.0]
        for _ in range(number):
            start += [size + rng.normal(0, 2), rng.uniform(0.1, 0.98)]
        found = least_squares(residual, start, bounds=(lower, upper), x_scale="jac")
        if best is None or found.cost < best.cost:
            best = found
    assert best is not None
    return float(np.sqrt(2 * best.cost / len(z))), pairs(best.x)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", metavar="FILE")
    for path in parser.parse_args().files:
        spectrum = read_spectra(path)[0]
        omega, z, resistance = spike(spectrum.frequency, spectrum.impedance)
        if not len(z):
            print(f"{path}: no points below the read-off, so no spike to fit; a sweep to lower frequencies shows one")
            continue
        print(f"{path}: {len(z)} points below the read-off of {resistance:.4g} ohm")
        for name in ELECTRODES:
            rms, found = fit(name, omega, z, resistance)
            print(f"  {name:28s} {100 * rms:6.2f} %   " + ", ".join(f"{q:.2g} S s^{n:.2f}" for q, n in found))


if __name__ == "__main__":
    main()

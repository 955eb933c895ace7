"""Cells in closed form, whose total ionic resistance is known exactly."""

from dataclasses import replace

import numpy as np

from ionscope.dka.bundle import Encoded
from ionscope.dka.experiment import make_source
from ionscope.kramers_kronig import kramers_kronig
from ionscope.spectrum import Spectrum, SpectrumSet

SHAPE = 0.25
"""L / A of every fabricated pellet, 1/cm."""

BAND = np.logspace(-1, 5, 61)
"""Hz"""


def cell(frequency, resistance, share=0.5, arc=1e3, spike=1.0, exponent=0.9):
    """Z (f,) [ohm]: `share` of the resistance in series with an arc at `arc` Hz and a blocking electrode.

    The electrode's impedance is the cell's resistance at `spike` Hz.
    """
    jf = 1j * np.asarray(frequency)
    return resistance * (share + (1 - share) / (1 + jf / arc) + (jf / spike) ** -exponent)


def noisy_spectrum(resistance=1e3, frequency=BAND, noise=0.003, **fields):
    """Such a cell as a laboratory measures it; `fields` are those of `Spectrum`."""
    rng = np.random.default_rng(3)
    error = 1 + noise * (rng.normal(size=len(frequency)) + 1j * rng.normal(size=len(frequency)))
    return Spectrum(frequency, error * cell(frequency, resistance), source="pellet.csv", **fields)


def pellets(specimens=12, temperatures=(298.15, 328.15), points=24, seed=0, noise=0.0, high=1e4):
    """A set of such cells, each specimen with its own arc, electrode and activation energy."""
    rng = np.random.default_rng(seed)
    frequency = np.geomspace(0.1, high, points)
    rows, impedance = [], []
    for number in range(specimens):
        share, arc, spike = rng.uniform(0.2, 0.8), 10 ** rng.uniform(2.5, 3.5), 10 ** rng.uniform(-0.5, 1.0)
        ea, sigma = rng.uniform(0.25, 0.45), 10 ** rng.uniform(-5.5, -4.0)
        for t in temperatures:
            here = sigma * 298.15 / t * np.exp(-ea / 8.617333262e-5 * (1 / t - 1 / 298.15))
            z = cell(frequency, SHAPE / here, share, arc * here / sigma, spike)
            impedance.append(z * (1 + noise * (rng.normal(size=points) + 1j * rng.normal(size=points))))
            rows.append((t, f"p-{number:03d}", "ab"[number % 2], ("blocking", "lithium")[number // 2 % 2], here, ea))
    temperature, specimen, material, electrode, sigma_total, ea_total = map(np.array, zip(*rows, strict=True))
    return SpectrumSet.from_arrays(
        frequency,
        np.array(impedance),
        temperature=temperature,
        thickness=0.1,
        area=0.1 / SHAPE,
        specimen=specimen,
        material=material,
        electrode=electrode,
        sigma_total=sigma_total,
        ea_total=ea_total,
    )


def calibrate(bundle, spectra, index, variant, seed=0):
    """Give a trained bundle intervals and trust from the spectra at `index`, shown through the variant's sweeps."""
    source = replace(make_source(spectra, variant, bundle.smoothing), representation=bundle.representation)
    features, target, shown = source.real(index, np.random.default_rng(seed))
    latent = bundle.latent_means(features)
    said = Encoded(features, latent, bundle.regressor.predict(latent))
    residual = kramers_kronig(spectra.frequency, spectra.impedance[shown]).rms
    bundle.calibrate(latent, said.answer - target, source.group[shown], bundle.reconstruction_error(said), residual)

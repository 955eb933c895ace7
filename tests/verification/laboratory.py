"""Pellets that nobody simulated: circuit elements with published figures, read by the model of the package.

``python tests/verification/laboratory.py`` prints how well; docs/reader.md has a table of it. The model has learned
from finite-element cells with priors of their own; these have brick-layer grains and boundaries (one arc each),
electrodes and an instrument with leads, stray capacitance, noise and drift, at temperatures and in bands as
laboratories have them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ionscope.circuits.elements import constant_phase, inductor, parallel, resistor, series, warburg
from ionscope.dka.reader_model import NOISE
from ionscope.files import whole_file
from ionscope.preprocess.reference import read_off
from ionscope.reader import Reader
from ionscope.simulate.arrhenius import arrhenius_factor
from ionscope.spectrum import VACUUM_PERMITTIVITY, ZERO_CELSIUS, Spectrum

TEMPERATURES_C = -25, 0, 25, 25, 25, 25, 45, 60, 80
BANDS_HZ = (
    (1, 1e6),
    (0.1, 1e6),
    (1, 7e6),
    (0.1, 7e6),
    (10, 1e7),
    (0.1, 1e4),
    (1, 1e5),
    (0.01, 1e6),
    (100, 1e7),
    (40, 5e6),
)
ELECTRODES = "sputtered", "sputtered", "pressed", "lithium", "lithium and diffusion"


@dataclass(frozen=True)
class Conductor:
    """Grains of `sigma` [S/cm] at 25 C, activated by `ea` [eV], and their relative permittivity.

    share : of the boundaries in the resistance at 25 C, least and most
    """

    sigma: float
    ea: float
    permittivity: float
    share: tuple[float, float]
    source: str


CONDUCTORS = {
    "LLZO:Ta": Conductor(7e-4, 0.37, 60, (0.06, 0.49), "doi 10.1149/2.024205esl; permittivity assumed"),
    "LLZO:Al": Conductor(4.6e-4, 0.34, 150, (0.05, 0.6), "doi 10.1002/admi.202202354"),
    "LLZO, tetragonal": Conductor(1.63e-6, 0.54, 60, (0.1, 0.7), "doi 10.1016/j.jssc.2009.05.020; the rest assumed"),
    "LLTO": Conductor(6.9e-4, 0.35, 100, (0.75, 0.98), "doi 10.1016/s0167-2738(98)00070-8; permittivity assumed"),
    "LATP": Conductor(3.4e-3, 0.28, 20, (0.4, 0.9), "doi 10.1039/c5ta06379e; the rest assumed"),
    "LAGP": Conductor(3.4e-4, 0.40, 20, (0.2, 0.7), "doi 10.1021/acsami.8b00842; the rest assumed"),
    "Li6PS5Cl": Conductor(1.3e-3, 0.33, 15, (0.0, 0.1), "doi 10.1016/j.ssi.2012.06.008; the rest assumed"),
    "Li3PS4": Conductor(1.6e-4, 0.36, 12, (0.0, 0.3), "doi 10.1021/ja3110895; the rest assumed"),
}
"""Figures that have no source are usual orders of magnitude, as are the ranges in `pellet`."""


@dataclass(frozen=True)
class Pellet:
    """A measured spectrum with what is in it."""

    spectrum: Spectrum
    resistance: float
    material: str
    electrode: str


def pellet(rng: np.random.Generator) -> Pellet:
    """One pellet, put together and measured."""
    material, electrode = str(rng.choice(list(CONDUCTORS))), str(rng.choice(ELECTRODES))
    conductor, temperature = CONDUCTORS[material], float(rng.choice(TEMPERATURES_C)) + ZERO_CELSIUS
    thickness, area = 10 ** rng.uniform(-1.3, -0.6), rng.uniform(0.3, 1.3)
    low, high = BANDS_HZ[rng.integers(len(BANDS_HZ))]
    frequency = np.geomspace(low, high, round(np.log10(high / low) * rng.integers(5, 13)) + 1)
    omega = 2 * np.pi * frequency
    sigma = conductor.sigma * 10 ** rng.normal(0, 0.25)
    share = rng.uniform(*conductor.share)
    grains = thickness / area / (sigma * arrhenius_factor(conductor.ea, temperature))
    boundaries = thickness / area / sigma * share / (1 - share)
    boundaries /= arrhenius_factor(conductor.ea + rng.uniform(0, 0.1), temperature)
    cell = [
        arc(omega, grains, conductor.permittivity * VACUUM_PERMITTIVITY * area / thickness, rng.uniform(0.9, 1.0)),
        arc(omega, boundaries, 10 ** rng.uniform(-10, -8) * area / thickness / 8, rng.uniform(0.75, 0.97)),
        *_electrodes(rng, electrode, omega, area, temperature),
    ]
    stray = constant_phase(omega, 10 ** rng.uniform(-12, -10.8), 1.0)
    z = series(parallel(series(*cell), stray), inductor(omega, 10 ** rng.uniform(-7, -5.8)))
    noise = 10 ** rng.uniform(-3, -2.4) * rng.normal(size=(2, len(z)))
    slow = np.log(frequency / high) / np.log(low / high)  # from the first point measured to the last
    z = z * (1 + noise[0] + 1j * noise[1]) * (1 + rng.uniform(-0.01, 0.01) * slow)
    spectrum = Spectrum(frequency, z, temperature=temperature, thickness=thickness, area=area, source=material)
    return Pellet(spectrum, grains + boundaries, material, electrode)


def arc(omega: np.ndarray, resistance: float, capacitance: float, exponent: float) -> np.ndarray:
    """R beside a constant phase element, of this capacitance [F] at the top of the arc."""
    if resistance == 0:
        return np.zeros(len(omega), dtype=complex)
    tau = resistance * capacitance
    return parallel(resistor(omega, resistance), constant_phase(omega, tau**exponent / resistance, exponent))


def _electrodes(
    rng: np.random.Generator, name: str, omega: np.ndarray, area: float, temperature: float
) -> Iterator[np.ndarray]:
    if name in ("sputtered", "pressed"):
        exponent = rng.uniform(0.8, 0.97) if name == "sputtered" else rng.uniform(0.55, 0.85)
        size, unlike = 10 ** rng.uniform(-6.3, -4.7) * area, 10 ** rng.uniform(-0.3, 0.3)
        # As `spikes.py` finds measured ones: two sides that differ, and a leak beside them.
        sides = series(
            constant_phase(omega, 2 * size * unlike, exponent),
            constant_phase(omega, 2 * size / unlike, exponent - rng.uniform(0, 0.2)),
        )
        yield parallel(sides, constant_phase(omega, 10 ** rng.uniform(-9, -6.5) * area, rng.uniform(0, 0.7)))
        return
    resistance = 10 ** rng.uniform(0, 2.5) / arrhenius_factor(0.4, temperature)  # ohm cm2, of one side
    capacitance = 10 ** rng.uniform(-6.3, -4.8)
    yield arc(omega, 2 * resistance / area, capacitance * area / 2, rng.uniform(0.75, 1.0))
    if name == "lithium and diffusion":
        yield warburg(omega, resistance / area * rng.uniform(0.1, 1.0), 10 ** rng.uniform(0, 2))


def read_pellets(
    number: int, seed: int, reader: Reader, spoil: Callable[[Pellet, np.random.Generator], Pellet] | None = None
) -> pd.DataFrame:
    """One row a pellet, as it is or spoilt.

    ``material, electrode, verdict``, errors in decades of answer and read-off, relative `half_width` of the interval
    upwards, `covered`.
    """
    rows = []
    for child in np.random.SeedSequence(seed).spawn(number):
        rng = np.random.default_rng(child)
        made = pellet(rng)
        if spoil is not None:
            made = spoil(made, rng)
        reading = reader.read(made.spectrum)
        resistance = reading.resistance
        plain = float(read_off(made.spectrum.frequency, made.spectrum.impedance)[0])
        rows.append(
            {
                "material": made.material,
                "electrode": made.electrode,
                "verdict": reading.verdict,
                "error": abs(np.log10(resistance.value / made.resistance)),
                "read_off": abs(np.log10(plain / made.resistance)),
                "half_width": resistance.upper / resistance.value - 1,
                "covered": resistance.lower <= made.resistance <= resistance.upper,
            }
        )
    return pd.DataFrame(rows)


def summary(table: pd.DataFrame) -> pd.Series:
    """Figures of some rows of `read_pellets`."""
    return pd.Series(
        {
            "n": len(table),
            "median": table["error"].median(),
            "90 %": table["error"].quantile(0.9),
            "read-off: median": table["read_off"].median(),
            "read-off: 90 %": table["read_off"].quantile(0.9),
            "covered": table["covered"].mean(),
            "not worse than read-off": (table["error"] <= table["read_off"] + NOISE).mean(),
        }
    )


def answered_figures(table: pd.DataFrame) -> dict[str, float]:
    """Shares of the verdicts among rows of `read_pellets`; errors in decades and coverage of what is answered."""
    read = table[table["verdict"] != "refuse"]
    return {
        "n": len(table),
        "ok": (table["verdict"] == "ok").mean(),
        "refused": 1 - len(read) / len(table),
        "median": read["error"].median(),
        "90 %": read["error"].quantile(0.9),
        "read-off: 90 %": read["read_off"].quantile(0.9),
        "covered": read["covered"].mean(),
    }


def figures_of(number: int, seed: int, reader: Reader) -> pd.DataFrame:
    """The table: all pellets, those answered, and by verdict, electrode and material."""
    table = read_pellets(number, seed, reader)
    groups = {"all": table, "answered": table[table["verdict"] != "refuse"]}
    for column in ("verdict", "electrode", "material"):
        groups |= dict(iter(table.groupby(column)))
    return pd.DataFrame({name: summary(part) for name, part in groups.items()}).T.rename_axis("pellets")


def print_figures(about: str, figures: Callable[[int, int, Reader], pd.DataFrame]) -> None:
    """A command that prints what `figures` says of so many pellets of a seed, and may write it."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--pellets", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", metavar="CSV", help="write the figures there too")
    parser.add_argument("--model", help="folder of a model (default: the one that comes with the package)")
    arguments = parser.parse_args()
    table = figures(arguments.pellets, arguments.seed, Reader.load(arguments.model))
    print(table.round(4).to_string())
    if arguments.output:
        with whole_file(arguments.output) as temporary:
            table.to_csv(temporary)


if __name__ == "__main__":
    print_figures(__doc__.splitlines()[0], figures_of)

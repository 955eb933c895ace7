"""How spectra and conductivities of pellets with the same properties scatter with their microstructure.

Grains, boundaries, pores and contact patches are many and not smooth parameters. Their effect is sampled instead: the
generator draws microstructures for the material and the electrode, and each is given the properties of every specimen
in question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from ionscope.config import ElectrodeProperties, Material, Simulation
from ionscope.evaluate.sensitivity import Coordinate, log_conductivities, moved_by
from ionscope.simulate.adapt import adapted, load_cases
from ionscope.simulate.fem import AffineSystem
from ionscope.simulate.generate import Priors, draw_microstructure, frequency_grid
from ionscope.simulate.materials import Specimen
from ionscope.simulate.mesh import BOTTOM, TOP
from ionscope.simulate.microstructure import Microstructure
from ionscope.simulate.reduced import ReducedModel
from ionscope.simulate.tessellation import facet_areas

MESH_TOLERANCE = 5e-3
"""Relative discretisation error of Z allowed here: only differences between microstructures count, some percent."""

TOLERANCE = 1e-3
"""Of the reduced models. It is not enforced point by point: 99 % of the points are ten times better, the worst twice
as bad, and the bounds would cost more than the answers."""

POINTS_PER_DECADE = 2
"""Microstructure changes Z smoothly over frequency: so many points are computed, the rest are splines."""

RATIO_STEP = np.log(10.0) / 2
"""Between the boundary-to-grain ratios at which direct-current resistivities are computed; splines between."""

SLACK = np.log(30.0)
"""By how much that ratio may change between microstructures that conduct alike."""

OF_ELECTROLYTE = Coordinate(-1, "sigma_grain_25c"), Coordinate(-1, "sigma_boundary_25c")
OF_ELECTRODE = "capacitance", "resistance_25c", "warburg_25c"


def matched(specimen: Specimen) -> tuple[Coordinate, ...]:
    """The properties that take up what a microstructure does to conductivities and to the areas in contact."""
    sides = enumerate(specimen.electrodes)
    return OF_ELECTROLYTE + tuple(
        Coordinate(k, name) for k, side in sides for name in OF_ELECTRODE if getattr(side, name) is not None
    )


@dataclass(frozen=True)
class Known:
    """A specimen in its own microstructure, with what it does there.

    measured, wanted : (t,), (s,) temperatures of its spectra and of conductivities [K]
    log_z : (t, f) ln of the impedance of its unit cell [ohm cm], complex
    log_sigma : (s,) ln of its total conductivity [S/cm]
    """

    specimen: Specimen
    cell: Microstructure
    system: AffineSystem
    measured: np.ndarray
    wanted: np.ndarray
    log_z: np.ndarray
    log_sigma: np.ndarray

    @property
    def reference(self) -> np.ndarray:
        """(1,) temperature [K] at which other microstructures are matched."""
        return self.measured.mean(keepdims=True)

    @cached_property
    def touched(self) -> np.ndarray:
        return touched_areas(self.cell)

    @cached_property
    def log_total(self) -> float:
        """ln of its total conductivity [S/cm] at `reference`."""
        grain, ratio = log_conductivities(self.specimen, self.reference)
        return float((grain - np.log(self.system.dc_resistivity(np.exp(ratio))))[0])


@dataclass(frozen=True)
class Scatter:
    """How a specimen's spectra and conductivities differ in n other microstructures.

    Each time its `matched` properties are first changed by `shift` (n, c), such that the bulk and the total
    conductivity at one temperature and the admittances of the electrodes stay what they are. So only what properties
    cannot do is left to be linearised: how relaxations are spread, and how currents crowd at contacts.

    log_z : (n, t, f) differences of ln Z, complex
    log_sigma : (n, s) differences of ln sigma_total
    """

    log_z: np.ndarray
    log_sigma: np.ndarray
    shift: np.ndarray


def scatter(
    settings: Simulation,
    priors: Priors,
    material: Material,
    kind: ElectrodeProperties,
    known: Sequence[Known],
    rng: np.random.Generator,
    members: int,
    turns: Iterator[int] | None = None,
) -> list[Scatter]:
    """Each specimen in the same `members` microstructures, drawn for one material and kind of electrode.

    `turns`, if given, is taken one item from for each of them (a progress bar that counts further than this).
    """
    drawn = settings.model_copy(update={"electrodes": {kind.name: 1.0}})
    frequency = frequency_grid(settings)
    coarse = _coarse(frequency)
    ratios = np.concatenate([log_conductivities(one.specimen, one.wanted)[1] for one in known])
    nodes = np.arange(ratios.min() - SLACK, ratios.max() + SLACK + RATIO_STEP, RATIO_STEP)
    log_z: list[list[np.ndarray]] = [[] for _ in known]
    log_sigma: list[list[np.ndarray]] = [[] for _ in known]
    shift: list[list[np.ndarray]] = [[] for _ in known]
    for _ in islice(turns, members) if turns is not None else range(members):
        _, cell = draw_microstructure(drawn, priors, material, rng)
        # Matching needs the resistivities, and so a system, before it is known what the mesh must be fit for.
        original = np.concatenate([one.specimen.theta(frequency[coarse], t) for one in known for t in one.measured])
        _, system, _ = adapted(cell, load_cases(original), MESH_TOLERANCE, settings.order)
        resistivity = CubicSpline(nodes, np.log(system.dc_resistivity(np.exp(nodes))))
        shifts = [matching_shift(one, cell, resistivity, system.bulk_resistivity) for one in known]
        moved = [
            moved_by(with_contact(one, cell), matched(one.specimen), by) for one, by in zip(known, shifts, strict=True)
        ]
        theta = [
            np.concatenate([specimen.theta(frequency[coarse], t) for t in one.measured])
            for specimen, one in zip(moved, known, strict=True)
        ]
        together = np.concatenate(theta)
        impedance = ReducedModel(system, together, TOLERANCE).impedance(together)
        parts = np.split(np.log(impedance), np.cumsum([len(part) for part in theta])[:-1])
        for k, (part, one) in enumerate(zip(parts, known, strict=True)):
            grain, ratio = log_conductivities(moved[k], one.wanted)
            log_z[k].append(part.reshape(len(one.measured), -1))
            log_sigma[k].append(grain - resistivity(ratio) - one.log_sigma)
            shift[k].append(shifts[k])
    fine = np.log(frequency)
    return [
        Scatter(
            CubicSpline(fine[coarse], np.array(z) - one.log_z[:, coarse], axis=2)(fine), np.array(sigma), np.array(by)
        )
        for one, z, sigma, by in zip(known, log_z, log_sigma, shift, strict=True)
    ]


def matching_shift(known: Known, cell: Microstructure, resistivity: CubicSpline, bulk_resistivity: float) -> np.ndarray:
    """(c,) changes of the `matched` properties in `cell`.

    resistivity : ln of its direct-current resistivity over that of the grains, over ln(boundary / grain)
    """
    grain, ratio = (values[0] for values in log_conductivities(known.specimen, known.reference))
    new_grain = grain + np.log(bulk_resistivity / known.system.bulk_resistivity)

    def excess(x: float) -> float:
        return float(resistivity(x)) - (new_grain - known.log_total)

    low, high = ratio - 0.9 * SLACK, ratio + 0.9 * SLACK
    # The resistivity falls with the ratio; boundaries that hardly resist may have no match, and need none.
    new_ratio = brentq(excess, low, high) if excess(low) > 0 > excess(high) else ratio
    shift = [new_grain - grain, new_ratio + new_grain - ratio - grain]
    wider = np.log(touched_areas(cell) / known.touched)
    nominal = np.log(np.divide(cell.contact_fraction, known.cell.contact_fraction))
    for coordinate in matched(known.specimen)[2:]:
        k = coordinate.side
        shift.append(-wider[k] if coordinate.name == "capacitance" else wider[k] - nominal[k])
    return np.array(shift)


def touched_areas(cell: Microstructure) -> np.ndarray:
    """(2,) areas that the bottom and the top electrode touch."""
    area = facet_areas(cell.points[:, cell.wall]) * cell.contact
    return np.array([area[cell.electrode == side].sum() for side in (BOTTOM, TOP)])


def _coarse(frequency: np.ndarray) -> np.ndarray:
    """Numbers of the points that stand for all."""
    wanted = 1 + int(np.ceil(POINTS_PER_DECADE * np.log10(frequency[-1] / frequency[0])))
    return np.unique(np.linspace(0, frequency.size - 1, max(4, wanted)).round().astype(int))


def with_contact(known: Known, cell: Microstructure) -> Specimen:
    """The specimen's nominal interface resistances on electrodes that touch other shares of their walls."""
    sides = []
    shares = zip(known.specimen.electrodes, known.cell.contact_fraction, cell.contact_fraction, strict=True)
    for side, old, new in shares:
        resistance, warburg = side.resistance_25c, side.warburg_25c
        sides.append(
            replace(
                side,
                resistance_25c=None if resistance is None else resistance * new / old,
                warburg_25c=None if warburg is None else warburg * new / old,
            )
        )
    return replace(known.specimen, electrodes=(sides[0], sides[1]))

"""Where a fit starts: the best of many combinations of fixed elements, found by linear least squares.

With time constants and exponents on a grid, a circuit is linear in its resistances. All combinations share one Gram
matrix, so that thousands are solved in a few milliseconds; the best that need no negative resistance are the starts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ionscope.circuits.circuit import Circuit

_SPIKE_EXPONENTS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_ARC_EXPONENTS = (0.65, 0.85, 1.0)
_PER_DECADE = 3
_FASTER, _SLOWER = 0.5 * np.log(10), 1.0 * np.log(10)  # arcs cut by an end of the band
_BEAM = 30  # combinations kept when an arc is added
_DISTINCT = np.log(3)  # two starts differ by half a decade in a time constant, or in an exponent
_INSIDE = 0.02  # a start lies inside the limits of the exponents
_RIDGE = 1e-10


@dataclass(frozen=True)
class _Atoms:
    """Fixed elements of unit norm: kinds, parameters (k, 3) of ln size, ln tau and n, Gram matrix and projections."""

    kind: np.ndarray
    parameters: np.ndarray
    gram: np.ndarray
    projected: np.ndarray
    square: float

    def index(self, kind: str) -> np.ndarray:
        return np.flatnonzero(self.kind == kind)


class Starts:
    """Where fits of one spectrum start. What circuits that differ in their number of arcs have in common is found once.

    Parameters
    ----------
    s, impedance : (f,) complex, ``ln(j omega)`` and the spectrum
    """

    def __init__(self, s: np.ndarray, impedance: np.ndarray):
        self.s, self.impedance = s, impedance
        self._known: dict[Circuit, tuple[_Atoms, list[np.ndarray]]] = {}

    def of(self, circuit: Circuit, count: int = 1) -> list[np.ndarray]:
        """Up to `count` distinct parameter vectors (p,), best first."""
        atoms, chosen = self._combinations(circuit)
        sizes, left = _solve(atoms, chosen)
        starts: list[np.ndarray] = []
        for at in np.argsort(left, kind="stable"):
            start = _vector(circuit, atoms, chosen[at], sizes[at])
            if all(_differ(start, other) for other in starts):
                starts.append(start)
            if len(starts) == count:
                break
        return starts

    def _combinations(self, circuit: Circuit) -> tuple[_Atoms, np.ndarray]:
        """The best combinations (k, c) of atoms; those with an arc more grow from those with one less."""
        family = replace(circuit, arcs=min(circuit.arcs, 1))
        if family not in self._known:
            atoms = _atoms(family, self.s, self.impedance)
            chosen = np.concatenate([atoms.index(kind) for kind in ("resistance", "inductance")])[None, :]
            for kind in ("warburg",) * circuit.warburg + ("spike",) * circuit.spike:
                chosen = _extended(atoms, chosen, atoms.index(kind))
            self._known[family] = atoms, [chosen]
        atoms, by_arcs = self._known[family]
        while len(by_arcs) <= circuit.arcs:
            by_arcs.append(_extended(atoms, by_arcs[-1], atoms.index("arc")))
        return atoms, by_arcs[circuit.arcs]


def _atoms(circuit: Circuit, s: np.ndarray, impedance: np.ndarray) -> _Atoms:
    taus = np.arange(-s.real.max() - _FASTER, -s.real.min() + _SLOWER, np.log(10) / _PER_DECADE)
    kinds: list[str] = []
    table: list[tuple[float, float, float]] = []
    columns: list[np.ndarray] = []
    if circuit.resistance:
        kinds.append("resistance")
        table.append((0.0, 0.0, 1.0))
        columns.append(np.ones((1, s.size)))
    if circuit.inductance:
        kinds.append("inductance")
        table.append((0.0, 0.0, 1.0))
        columns.append(np.exp(s)[None, :])
    if circuit.warburg:
        root = np.exp(0.5 * (s + taus[:, None]))
        kinds += ["warburg"] * taus.size
        table += [(0.0, tau, 1.0) for tau in taus]
        columns.append(np.tanh(np.where(root.real > 20, 20, root)) / root)
    if circuit.spike:
        n = np.array(_SPIKE_EXPONENTS)
        kinds += ["spike"] * n.size
        table += [(0.0, 0.0, value) for value in n]
        columns.append(np.exp(-n[:, None] * s))
    if circuit.arcs:
        grid = np.array([(tau, n) for n in _ARC_EXPONENTS for tau in taus])
        kinds += ["arc"] * len(grid)
        table += [(0.0, tau, n) for tau, n in grid]
        columns.append(1 / (1 + np.exp(grid[:, 1:] * (s + grid[:, :1]))))
    weighted = np.concatenate(columns) / np.abs(impedance)
    basis = np.concatenate([weighted.real, weighted.imag], axis=1)
    norm = np.linalg.norm(basis, axis=1)
    basis /= norm[:, None]
    parameters = np.array(table)
    parameters[:, 0] = -np.log(norm)
    direction = impedance / np.abs(impedance)
    data = np.concatenate([direction.real, direction.imag])
    return _Atoms(np.array(kinds), parameters, basis @ basis.T, basis @ data, float(data @ data))


def _extended(atoms: _Atoms, chosen: np.ndarray, more: np.ndarray) -> np.ndarray:
    """The best combinations (k, c + 1) of those `chosen` (k, c) and one of `more`, each combination once."""
    grown = np.column_stack([np.repeat(chosen, more.size, axis=0), np.tile(more, len(chosen))])
    if atoms.kind[more[0]] == "arc":
        arcs = np.sort(np.where(atoms.kind[grown] == "arc", grown, -1), axis=1)
        twice = ((arcs[:, 1:] == arcs[:, :-1]) & (arcs[:, 1:] >= 0)).any(axis=1)
        grown = grown[~twice]
        # the same arcs in another order are the same circuit
        grown = grown[first_of_each(np.sort(grown, axis=1))]
    _, left = _solve(atoms, grown)
    order = np.argsort(left, kind="stable")[:_BEAM]
    return grown[order]


def first_of_each(rows: np.ndarray) -> np.ndarray:
    """(m,) ascending, the first of equal rows (k, c) of whole numbers from 0."""
    base = int(rows.max(initial=0)) + 1
    if base ** rows.shape[1] < 2**63:  # one number a row, which is far quicker to compare than rows
        _, first = np.unique(rows @ base ** np.arange(rows.shape[1]), return_index=True)
    else:
        _, first = np.unique(rows, axis=0, return_index=True)
    return np.sort(first)


def _solve(atoms: _Atoms, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sizes (k, c) of the elements `chosen` (k, c) and the squared residual (k,), larger where a size is negative."""
    gram = atoms.gram[chosen[:, :, None], chosen[:, None, :]] + _RIDGE * np.eye(chosen.shape[1])
    projected = atoms.projected[chosen]
    sizes = np.linalg.solve(gram, projected[..., None])[..., 0]
    left = atoms.square - np.einsum("kc,kc->k", sizes, projected)
    negative = (sizes <= 0).any(axis=1)
    return sizes, np.where(negative, left + atoms.square, left)


def _vector(circuit: Circuit, atoms: _Atoms, chosen: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    ln_size = atoms.parameters[chosen, 0] + np.log(np.maximum(sizes, 1e-6 * np.abs(sizes).max() + 1e-30))
    ln_tau, n = atoms.parameters[chosen, 1], atoms.parameters[chosen, 2] - _INSIDE
    kinds = atoms.kind[chosen]
    x: list[float] = [float(ln_size[k]) for kind in ("resistance", "inductance") for k in np.flatnonzero(kinds == kind)]
    arcs = np.flatnonzero(kinds == "arc")
    for k in arcs[np.argsort(ln_tau[arcs])]:
        x += [ln_size[k], ln_tau[k], n[k]]
    for k in np.flatnonzero(kinds == "warburg"):
        x += [ln_size[k], ln_tau[k]]
    for k in np.flatnonzero(kinds == "spike"):
        x += [ln_size[k], n[k]]
    return np.array(x)


def _differ(one: np.ndarray, other: np.ndarray) -> bool:
    return bool(np.abs(one - other).max() > _DISTINCT)

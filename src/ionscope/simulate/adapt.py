"""Where a mesh is too coarse, and refining it there until the impedance is as accurate as wanted.

The current crowds at the edges of contact patches, at pores and where uneven grains meet; an even mesh fine enough for
those places is several times as large as need be. For a real load case the error of the compliance Z is the energy of
the error of the potential, and the residual estimator (Verfurth, 10.1093/acprof:oso/9780199679423.001.0001)

    eta_T^2 = h_T^2 / kappa |div q|_T^2 + sum_F h_F / kappa |q.n - g|_F^2 ,   q = kappa grad u,

tells the share of each element: g is what should flow through the facet, that is the neighbour's current inside a
grain, ``y [u]`` through a grain boundary, ``y (V - u)`` into an electrode, nothing elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from skfem.quadrature import get_quadrature

from ionscope.errors import SimulationError
from ionscope.simulate.fem import ELEMENTS, IDEAL_ELECTRODE, AffineSystem, Numbering, assemble, shape_functions
from ionscope.simulate.mesh import BOTTOM, facet_keys, node_key, paired_facets
from ionscope.simulate.microstructure import Microstructure
from ionscope.simulate.sampling import farthest_points, log_ratios
from ionscope.simulate.tessellation import signed_volumes

SHARPNESS = {1: 5.5, 2: 16.0}
"""The sum of eta_T^2 over the true error of Z, by order of the elements: over materials, electrodes, pores, contacts
and both dimensions mostly 20 to 30 for quadratic elements and 7 to 9 for linear ones. The lowest seen is taken, with
poor contact at megahertz."""

MOST_UNKNOWNS = 500_000


@dataclass(frozen=True)
class LoadCase:
    """One real problem: `theta` (Q,) of the affine terms, `ideal` electrodes over the whole walls beside them, S/cm."""

    theta: np.ndarray
    ideal: float = 0.0


def load_cases(theta: np.ndarray) -> list[LoadCase]:
    """The problems that stand for spectra at theta (m, Q): three points far apart, and direct current.

    At direct current the electrodes are ideal and touch everywhere, as in `AffineSystem.dc_resistivity`.
    """
    corners = theta[farthest_points(log_ratios(theta), 3)]
    ratio = float(np.exp(np.log(np.abs(theta[:, 2] / theta[:, 0])).mean()))
    direct = np.zeros(theta.shape[1])
    direct[[0, 2]] = 1.0, ratio
    return [*(LoadCase(np.abs(row)) for row in corners), LoadCase(direct, IDEAL_ELECTRODE)]


def adapted(
    cell: Microstructure, cases: Sequence[LoadCase], tolerance: float, order: int = 2
) -> tuple[Microstructure, AffineSystem, float]:
    """Refine `cell` until the estimated relative error of Z is below `tolerance` in every one of `cases`.

    Each round bisects the worst elements, as many as have to improve before the others' errors add up to half the
    tolerance, and the worst of them more than once. Returns the microstructure, its matrices and the largest estimate,
    each case's from the first mesh that was good enough for it.

    Raises
    ------
    SimulationError : the tolerance is not reached within `MOST_UNKNOWNS`
    """
    settled, pending = 0.0, list(cases)
    while True:
        system = assemble(cell, order)
        shares = indicators(cell, system, pending)
        estimate = shares.sum(axis=1)
        failed = ~(estimate <= tolerance)
        # A finer mesh holds the potentials of the coarser one: what is accurate enough stays so.
        settled = max(settled, float(estimate[~failed].max(initial=0.0)))
        if not failed.any():
            return cell, system, settled
        error = float(estimate.max())
        if not system.n < MOST_UNKNOWNS or not np.isfinite(error):
            raise SimulationError(
                f"{system.n} unknowns leave an estimated discretisation error of {error:.2g} in Z, above {tolerance:g}"
            )
        pending = [case for case, again in zip(pending, failed, strict=True) if again]
        worst = shares[failed].max(axis=0)
        ascending = np.sort(worst)
        small = ascending[min(np.searchsorted(np.cumsum(ascending), tolerance / 2), worst.size - 1)]
        cell = cell.bisected(np.where(worst >= small, 1 + _more_bisections(worst / small, order), 0))


def _more_bisections(excess: np.ndarray, order: int) -> np.ndarray:
    """(m,) how many bisections after the first will surely be asked for, by what an element's share is too large.

    Each makes two of an element, with edges shorter by the square root of two: where the solution is smooth each half
    keeps a share of 2^-(order + 1), and more at a singularity. The next round sees to what is left.
    """
    return np.floor(np.log2(np.maximum(excess / 2, 1.0)) / (order + 1)).astype(int)


def indicators(cell: Microstructure, system: AffineSystem, cases: Sequence[LoadCase]) -> np.ndarray:
    """(cases, m) estimated error of Z from each element, relative to Z."""
    facets = _Facets(cell)
    unknowns = Numbering(cell, system.order).of(cell.simplices)
    shares = []
    for case in cases:
        system.factoriser.update(case.theta @ system.upper + case.ideal * system.ideal_electrodes)
        solution = system.factoriser.solve(system.load)
        resistivity = system.load @ solution
        solution = np.insert(solution, system.pinned, 0.0)
        share = _residuals(cell, facets, case, solution[unknowns], solution[-2:], system.order)
        shares.append(share / (SHARPNESS[system.order] * resistivity))
    return np.stack(shares)


class _Facets:
    """Geometry of the facets of every element (opposite node i of element m), and who shares them."""

    def __init__(self, cell: Microstructure):
        d, p = cell.points.shape
        edges = cell.points[:, cell.simplices[1:]] - cell.points[:, cell.simplices[:1]]
        self.inverse = np.linalg.inv(np.moveaxis(edges, 2, 0))  # (m, a, c): d x_ref,a / d x_c
        slope = np.concatenate([-self.inverse.sum(axis=1, keepdims=True), self.inverse], axis=1)  # grad lambda_i
        steepness = np.linalg.norm(slope, axis=2)
        self.normal = -slope / steepness[:, :, None]  # (m, i, c) outwards
        self.volume = np.abs(signed_volumes(cell.points, cell.simplices))
        self.area = d * self.volume * steepness.T  # (i, m)
        keys = facet_keys(cell.simplices, p)
        self.inner = paired_facets(keys)
        order = np.argsort(keys, axis=None)
        ascending = keys.ravel()[order]

        def places(facets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            row, column = np.unravel_index(order[np.searchsorted(ascending, node_key(facets, p))], keys.shape)
            return row, column

        self.boundary = places(cell.sides[0]), places(cell.sides[1])
        self.wall = places(cell.wall)


def _residuals(
    cell: Microstructure, facets: _Facets, case: LoadCase, u: np.ndarray, metals: np.ndarray, order: int
) -> np.ndarray:
    """(m,) eta_T^2 of each element for its unknowns u (k, m) and the potentials of the two metals (2,)."""
    theta, d = case.theta, cell.dimension
    table = _tables(d, order)
    tensor = conductivity_tensors(cell, theta)
    kappa = tensor[:, 0, 0] if cell.grain_conductivity.ndim == 1 else np.linalg.eigvalsh(tensor)[:, 0]
    to_current = tensor @ facets.inverse.transpose(0, 2, 1)  # (m, c, a), times d u / d x_ref,a
    to_flux = np.einsum("mic,mca->iam", facets.normal, to_current)
    flux = (to_flux[:, None] * (table.gradients @ u)).sum(axis=2)  # (i, q, m) outwards
    potential = table.values @ u

    miss = flux.copy()
    (i, a), (j, b) = facets.inner
    miss[i, :, a] = miss[j, :, b] = 0.5 * (flux[i, :, a] + flux[j, :, b])
    y = (theta[2] * cell.boundary_conductance + theta[3] * cell.boundary_capacitance)[cell.boundary, None]
    (i, a), (j, b) = facets.boundary
    current = y * (potential[j, :, b] - potential[i, :, a])
    miss[i, :, a] -= current
    miss[j, :, b] += current
    i, a = facets.wall
    bottom = cell.electrode == BOTTOM
    y = np.where(bottom, theta[4], theta[5]) * cell.contact + case.ideal
    miss[i, :, a] -= y[:, None] * (np.where(bottom, *metals)[:, None] - potential[i, :, a])

    diameter = facets.area if d == 2 else np.sqrt(facets.area)
    share = (np.einsum("iqm,q->im", miss**2, table.weights) * facets.area * diameter).sum(axis=0)
    if order == 2:
        curvature = (table.hessians @ u).transpose(2, 0, 1)  # (m, a, e)
        divergence = np.einsum("mca,mae,mec->m", to_current, curvature, facets.inverse, optimize=True)
        share += facets.volume ** (1 + 2 / d) * divergence**2
    return share / kappa


def conductivity_tensors(cell: Microstructure, theta: np.ndarray) -> np.ndarray:
    """(m, d, d) conductivity of each element, S/cm, at the affine parameters theta (Q,), real or complex."""
    identity = np.eye(cell.dimension)
    conduction, polarisation = cell.grain_conductivity[cell.grain], cell.grain_permittivity[cell.grain]
    if conduction.ndim == 1:
        conduction = conduction[:, None, None] * identity
    return theta[0] * conduction + theta[1] * polarisation[:, None, None] * identity


@dataclass(frozen=True)
class _Tables:
    """Shape functions at q quadrature points of each facet of the reference simplex.

    values (d + 1, q, k), gradients (d + 1, q, d, k), hessians (d, d, k) constant inside, weights (q,) adding up to 1.
    """

    values: np.ndarray
    gradients: np.ndarray
    hessians: np.ndarray
    weights: np.ndarray


@cache
def _tables(dimension: int, order: int) -> _Tables:
    points, weights = get_quadrature(ELEMENTS[dimension - 1, 1].refdom, 2 * order)
    facet = np.concatenate([1 - points.sum(axis=0, keepdims=True), points])  # (d, q) barycentric
    values, gradients = [], []
    for omitted in range(dimension + 1):
        x = np.insert(facet, omitted, 0.0, axis=0)[1:]
        value, gradient = shape_functions(dimension, order, x)
        values.append(value.T)
        gradients.append(gradient.transpose(2, 1, 0))
    _, corner = shape_functions(dimension, order, np.eye(dimension + 1)[1:])  # (k, d, corners)
    hessians = (corner[:, :, 1:] - corner[:, :, :1]).transpose(1, 2, 0)
    return _Tables(np.array(values), np.array(gradients), hessians, weights / weights.sum())

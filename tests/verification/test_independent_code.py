"""The same cell by another method, cell-centred finite volumes written for this test alone, and by another code."""

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

from ionscope.simulate import Microstructure
from ionscope.simulate.fem import assemble
from ionscope.simulate.mesh import GrainMesh
from ionscope.simulate.verification.ngsolve_cell import NgsolveCell

ROWS = 4
BRICKS = 3 * (ROWS // 2) + 2 * (ROWS // 2)
SIGMA = np.random.default_rng(1).permutation(np.geomspace(0.2, 5.0, BRICKS))
"""Relative conductivity of each brick: the current has to wind around the bad ones."""

THETA = np.array(
    [
        [1.0, 0.1j, 20.0, 5.0j, 2.0 + 1j, 3.0j],
        [1.0, 1.0j, 2.0, 2.0j, 50.0, 100.0j],
        [1.0, 0.0, 4.0, 0.0, 1e4, 1e4],
        [0.01, 1.0j, 0.1, 10.0j, 2.0j, 5.0j],
    ],
    dtype=complex,
)


def brick(x, y):
    """Number of the brick at (x, y): two to a row, and in every other row a whole one between two halves."""
    row = np.floor(y * ROWS).astype(int)
    shifted = row % 2 == 0
    place = np.where(shifted, np.floor(2 * x + 0.5), np.floor(2 * x)).astype(int)
    return row // 2 * 5 + np.where(shifted, 0, 3) + place


def running_bond(n):
    """The wall on n x n squares, each cut into two triangles."""
    x, y = np.meshgrid(np.arange(n + 1) / n, np.arange(n + 1) / n, indexing="ij")
    node = np.arange((n + 1) ** 2).reshape(n + 1, n + 1)
    a, b, c, d = node[:-1, :-1].ravel(), node[1:, :-1].ravel(), node[1:, 1:].ravel(), node[:-1, 1:].ravel()
    simplices = np.concatenate([np.stack([a, b, c]), np.stack([a, c, d])], axis=1)
    points = np.stack([x.ravel(), y.ravel()])
    grain = brick(*points[:, simplices].mean(axis=1))
    cell = Microstructure.from_mesh(GrainMesh.from_simplices(points, simplices, grain), BRICKS)
    return cell.with_properties(grain_conductivity=SIGMA)


def finite_volumes(n, theta, sigma=SIGMA):
    """Z of the wall on n x n square control volumes: resistors from centre to centre, a boundary's own between them."""
    middle = (np.arange(n) + 0.5) / n
    label = brick(*np.meshgrid(middle, middle, indexing="ij"))
    half = 0.5 / n / (theta[0] * sigma[label] + theta[1])  # from a centre to a face, per unit of face
    number = np.arange(n * n).reshape(n, n)
    ends = []
    for one, other in ((np.s_[:-1], np.s_[1:]), (np.s_[:, :-1], np.s_[:, 1:])):
        resistance = half[one] + half[other] + (label[one] != label[other]) / (theta[2] + theta[3])
        ends.append((number[one], number[other], 1 / n / resistance))
    for wall, metal, y in ((0, n * n, theta[4]), (-1, n * n + 1, theta[5])):
        ends.append((number[:, wall], np.full(n, metal), 1 / n / (half[:, wall] + 1 / y)))
    i, j, g = (np.concatenate([np.ravel(end[k]) for end in ends]) for k in range(3))
    rows, cols, values = np.r_[i, j, i, j], np.r_[i, j, j, i], np.r_[g, g, -g, -g]
    laplacian = coo_matrix((values, (rows, cols)), shape=(n * n + 2, n * n + 2)).tocsc()
    load = np.zeros(n * n + 1, complex)  # 1 A into the top metal; the bottom one is at zero
    load[-1] = 1.0
    free = np.r_[: n * n, n * n + 1]
    return spsolve(laplacian[free][:, free], load)[-1]


def test_finite_volumes_and_finite_elements_tend_to_the_same_impedance():
    """Bricks' corners slow both down, finite volumes to an order of about 1.8, which three meshes show and remove.

    Left are 8e-6 of the finite volumes and 5e-6 of the finite elements, by what the next finer mesh changes in each.
    """
    elements = assemble(running_bond(64)).solve_direct(THETA)
    coarse, middle, fine = (np.array([finite_volumes(n, theta) for theta in THETA]) for n in (32, 64, 128))
    before, last = middle - coarse, fine - middle
    order = np.log2(np.abs(before / last))
    assert (1.6 < order).all() and (order < 2.0).all()
    extrapolated = fine + last**2 / (before - last)  # Aitken's, for an unknown order
    assert np.abs(fine / elements - 1).max() < 1e-4
    assert np.abs(extrapolated / elements - 1).max() < 2e-5


def test_finite_elements_on_the_wall_close_in_on_themselves():
    z = np.array([assemble(running_bond(n)).solve_direct(THETA) for n in (8, 16, 32)])
    before, last = np.abs(np.diff(z, axis=0))
    assert (last < before / 2).all()
    assert (last / np.abs(z[2])).max() < 1e-4


def test_a_wall_of_equal_bricks_is_layers_in_series_in_both():
    theta = np.array([1.0, 0.5j, 4.0, 1.0j, 2.0, 3.0j])
    expected = 1 / (1.0 + 0.5j) + (ROWS - 1) / (4.0 + 1.0j) + 1 / 2.0 + 1 / 3.0j
    even = np.ones(BRICKS)
    assert abs(assemble(running_bond(8).with_properties(even)).solve_direct(theta)[0] / expected - 1) < 1e-10
    assert abs(finite_volumes(8, theta, even) / expected - 1) < 1e-10


@pytest.mark.parametrize("order", [1, 2])
def test_ngsolve_finds_the_same_impedance_on_the_same_triangles(order):
    pytest.importorskip("ngsolve", reason="NGSolve is an optional extra: pip install ionscope[verify]")
    cell = Microstructure.voronoi(
        64,
        seed=5,
        contact=0.6,
        patches=3,
        porosity=0.1,
        grain_spread_decades=0.3,
        boundary_spread_decades=0.5,
    )
    other = NgsolveCell(cell, order)
    z = np.array([other.impedance(theta) for theta in THETA])
    np.testing.assert_allclose(z, assemble(cell, order).solve_direct(THETA), rtol=1e-8)

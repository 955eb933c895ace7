"""The same cell in NGSolve, another finite-element code: its own elements, assembly and solver on the same triangles.

NGSolve (LGPL, optional: ``pip install ngsolve``) knows no doubled nodes. Grains are coloured so that neighbours differ;
each colour has a space of its own, and boundaries couple the traces of the two colours that meet there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ionscope.errors import SimulationError
from ionscope.simulate.mesh import BOTTOM
from ionscope.simulate.microstructure import Microstructure


class NgsolveCell:
    """A two-dimensional cell as an NGSolve problem.

    Parameters
    ----------
    cell : the microstructure, on the mesh to be used; its grains isotropic
    order : polynomial order of the elements

    Raises
    ------
    SimulationError : NGSolve is not installed, or the cell is not two-dimensional and isotropic
    """

    def __init__(self, cell: Microstructure, order: int = 2):
        try:
            import ngsolve
        except ImportError:
            raise SimulationError("NGSolve is not installed; pip install ngsolve") from None
        if cell.dimension != 2 or cell.grain_conductivity.ndim != 1:
            raise SimulationError("the comparison with NGSolve is for isotropic grains in two dimensions")
        self._ng, self.cell = ngsolve, cell
        colour, owner = _colours(cell), _owners(cell)
        self.mesh = ngsolve.Mesh(_netgen_mesh(cell, colour[owner]))
        spaces = [
            ngsolve.H1(self.mesh, order=order, complex=True, definedon=self._grains(np.flatnonzero(colour == c)))
            for c in range(colour.max() + 1)
        ]
        self._colour = colour
        self._boundaries = self._boundaries_by_colours(colour[owner])
        self.space = ngsolve.FESpace([*spaces, ngsolve.NumberSpace(self.mesh, complex=True)])

    def impedance(self, theta: np.ndarray) -> complex:
        """Z [ohm cm] at theta (6,) [S/cm], the bottom electrode at zero, 1 A into the top one."""
        return self.solved(self.assembled(theta))

    def assembled(self, theta: np.ndarray) -> Any:
        """The bilinear form at theta (6,) [S/cm]."""
        ng, cell = self._ng, self.cell
        (*u, metal), (*v, metal_test) = self.space.TnT()
        form = ng.BilinearForm(self.space, symmetric=True)
        kappa = theta[0] * cell.grain_conductivity + theta[1] * cell.grain_permittivity
        coefficient = self.mesh.MaterialCF({f"grain{g}": complex(k) for g, k in enumerate(kappa)})
        for c, (trial, test) in enumerate(zip(u, v, strict=True)):
            region = self._grains(np.flatnonzero(self._colour == c))
            form += coefficient * ng.grad(trial) * ng.grad(test) * ng.dx(definedon=region)
        y = theta[2] * cell.boundary_conductance + theta[3] * cell.boundary_capacitance
        coefficient = self.mesh.BoundaryCF({f"boundary{b}": complex(value) for b, value in enumerate(y)}, default=0)
        for (one, other), boundaries in self._boundaries.items():
            region = self.mesh.Boundaries("|".join(f"boundary{b}" for b in boundaries))
            jump, jump_test = u[one] - u[other], v[one] - v[other]
            form += coefficient * jump * jump_test * ng.ds(definedon=region)
        for c, (trial, test) in enumerate(zip(u, v, strict=True)):
            form += complex(theta[4]) * trial * test * ng.ds(definedon=self.mesh.Boundaries(f"bottom{c}"))
            top = self.mesh.Boundaries(f"top{c}")
            form += complex(theta[5]) * (trial - metal) * (test - metal_test) * ng.ds(definedon=top)
        form.Assemble()
        return form

    def solved(self, form: Any) -> complex:
        """Z [ohm cm] of an assembled form, by a sparse factorisation."""
        load = self._ng.GridFunction(self.space).vec.CreateVector()
        load[:] = 0
        load[self.space.ndof - 1] = 1.0
        solution = load.CreateVector()
        solution.data = form.mat.Inverse(self.space.FreeDofs(), inverse="umfpack") * load
        return complex(solution[self.space.ndof - 1])

    def _grains(self, numbers: np.ndarray) -> Any:
        return self.mesh.Materials("|".join(f"grain{g}" for g in numbers))

    def _boundaries_by_colours(self, colour_of: np.ndarray) -> dict[tuple[int, int], list[int]]:
        """Numbers of the grain boundaries between each pair of colours; colour_of (p,) is that of each node's grain."""
        pairs: dict[tuple[int, int], list[int]] = {}
        for b in range(self.cell.n_boundaries):
            facet = int(np.argmax(self.cell.boundary == b))
            one, other = (int(colour_of[self.cell.sides[k, 0, facet]]) for k in (0, 1))
            pairs.setdefault((one, other), []).append(b)
        return pairs


def _colours(cell: Microstructure) -> np.ndarray:
    """(grains,) a colour for each, so that no two grains that share a node have the same one (greedy).

    Where four grains meet in a point, two of them share that node and no boundary: one space must not tie them.
    """
    nodes = np.zeros((cell.n_grains, cell.mesh.points.shape[1]), bool)
    nodes[cell.grain, cell.mesh.simplices] = True
    touching = nodes.astype(int) @ nodes.T.astype(int) > 0
    colour = np.full(cell.n_grains, -1)
    for g in range(cell.n_grains):
        taken = set(colour[touching[g]])
        colour[g] = next(c for c in range(cell.n_grains) if c not in taken)
    return colour


def _owners(cell: Microstructure) -> np.ndarray:
    """(p,) the grain that each of the doubled nodes belongs to."""
    owner = np.zeros(cell.points.shape[1], int)
    owner[cell.simplices] = cell.grain
    return owner


def _netgen_mesh(cell: Microstructure, colour_of: np.ndarray) -> Any:
    """The cell's triangles with a material for each grain, a name for each boundary, and walls by side and colour."""
    from netgen.meshing import Element1D, Element2D, FaceDescriptor, Mesh, MeshPoint, Pnt

    node_of = np.zeros(cell.points.shape[1], int)
    node_of[cell.simplices] = np.sort(cell.mesh.simplices, axis=0)
    mesh = Mesh(dim=2)
    point = [mesh.Add(MeshPoint(Pnt(*xy, 0.0))) for xy in cell.mesh.points.T]
    for g in range(cell.n_grains):
        mesh.Add(FaceDescriptor(surfnr=g + 1, domin=g + 1, bc=g + 1))
        mesh.SetMaterial(g + 1, f"grain{g}")
    for nodes, grain in zip(cell.simplices.T, cell.grain, strict=True):
        a, b, c = node_of[nodes]
        (ax, ay), (bx, by), (cx, cy) = cell.mesh.points[:, [a, b, c]].T
        if (bx - ax) * (cy - ay) < (by - ay) * (cx - ax):
            b, c = c, b
        mesh.Add(Element2D(int(grain) + 1, [point[a], point[b], point[c]]))
    names: dict[str, int] = {}

    def add(nodes: np.ndarray, name: str) -> None:
        number = names.setdefault(name, len(names) + 1)
        mesh.Add(Element1D([point[i] for i in node_of[nodes]], index=number))

    for nodes, b in zip(cell.sides[0].T, cell.boundary, strict=True):
        add(nodes, f"boundary{b}")
    for nodes, electrode, touched in zip(cell.wall.T, cell.electrode, cell.contact, strict=True):
        if touched:
            add(nodes, f"{'bottom' if electrode == BOTTOM else 'top'}{colour_of[nodes[0]]}")
    for name, number in names.items():
        mesh.SetBCName(number - 1, name)
    return mesh

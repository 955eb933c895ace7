"""Whether the simulation solves the equations that it states."""

from __future__ import annotations

from ionscope.report import figures, markup
from ionscope.report.page import Page, Section


def checks(page: Page) -> str:
    """verification/checks.csv, what was missed in colour."""
    table = page.run.table("verification/checks.csv")
    classes = {"verdict": lambda verdict: "verdict not-reproduced" if verdict == "missed" else ""}
    text = (
        "Closed forms, conservation laws and an independent code where it is installed. Every figure is computed anew "
        "by each run; the tests hold the same checks, and more."
    )
    return markup.paragraph(text) + markup.table(
        table, "The simulator against what is known without it", {"limit": "at most"}, digits=2, cell_classes=classes
    )


def convergence(page: Page) -> str:
    """Orders of convergence, and the error of a specimen against the tolerance of its mesh."""
    mesh = page.run.table("verification/mesh.csv")
    table = page.run.table("verification/convergence.csv")
    caption = (
        "Left: a chosen potential on uneven grains, met at the order of the elements. Right: the error of a specimen's "
        "spectra as its mesh is refined where the estimate says, against a mesh of a twentieth of the error."
    )
    figure = page.figure("convergence", caption, lambda path: figures.figure_convergence(table, mesh, path))
    finest = table.dropna().groupby(["dimension", "order"], as_index=False).last()
    headings = {"order": "order of the elements", "potential_order": "order in L2", "energy_order": "order of Z"}
    columns = ["dimension", "order", "unknowns", "potential_order", "energy_order"]
    return figure + markup.table(
        finest[columns], "Orders seen on the finest mesh; theory says p + 1 and 2p", headings, digits=3
    )


def discretisation(page: Page) -> str:
    """The error of the data set that is due to its meshes."""
    summary = page.run.json("verification/verification.json")
    table = page.run.table("verification/discretisation.csv")

    def percent(name: str) -> str:
        return f"{100 * summary[name]:.2g} %"

    text = (
        f"{summary['specimens']} specimens of the data set were solved again on meshes of a twentieth of the error. "
        f"Their spectra differ by at most {percent('discretisation_error_as_drawn')} of |Z| "
        f"({percent('discretisation_error_as_drawn_without_electrodes')} without the electrodes), with electrodes that "
        f"touch everywhere by {percent('discretisation_error_full_contact')}. Allowed are {percent('mesh_tolerance')}."
    )
    columns = ["specimen", "contact", "contact_fraction", "porosity", "unknowns", "estimate", "error"]
    headings = {"contact_fraction": "touched", "error": "of Z", "error_without_electrodes": "without electrodes"}
    return markup.paragraph(text) + markup.table(
        table[[*columns, "error_without_electrodes"]], "Error due to the mesh, relative", headings, digits=3
    )


SECTIONS = (Section("verification", "Does the simulator solve its equations?", (checks, convergence, discretisation)),)

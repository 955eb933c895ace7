"""The dataset card: what a simulated set holds, how it was made, and what its truth means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ionscope.files import write_json, write_text
from ionscope.spectrum import ZERO_CELSIUS, SpectrumSet

TRUTH = (
    "sigma_total is the conductance at direct current of the specimen's own finite-element microstructure between "
    "ideal electrodes over its whole faces, so constriction and contact count as electrode; sigma_bulk is the same "
    "with grain boundaries that are no obstacle, sigma_gb what remains in series; ea_total is the straight-line fit of "
    "ln(sigma_total T) over 25-85 C."
)


def dataset_card(spectra: SpectrumSet, title: str) -> dict[str, Any]:
    """Sizes, ranges and provenance of a set as plain values."""
    material, electrode = spectra["material"].astype(str), spectra["electrode"].astype(str)
    specimen = spectra["specimen"].astype(str)
    first = np.unique(specimen, return_index=True)[1]

    def count(values: np.ndarray) -> dict[str, int]:
        names, n = np.unique(values, return_counts=True)
        return {str(name): int(k) for name, k in zip(names, n, strict=True)}

    def span(name: str) -> list[float]:
        values = spectra[name]
        return [float(values.min()), float(np.median(values)), float(values.max())]

    return {
        "title": title,
        "spectra": len(spectra),
        "specimens": len(first),
        "frequencies": int(spectra.frequency.size),
        "frequency_min_hz": float(spectra.frequency.min()),
        "frequency_max_hz": float(spectra.frequency.max()),
        "temperatures_c": sorted({round(float(t - ZERO_CELSIUS), 6) for t in np.round(spectra["temperature"], 6)})[:50],
        "specimens_by_material": count(material[first]),
        "specimens_by_electrode": count(electrode[first]),
        "sigma_total_s_cm_min_median_max": span("sigma_total"),
        "ea_total_ev_min_median_max": span("ea_total"),
        "thickness_cm_min_median_max": span("thickness"),
        "area_cm2_min_median_max": span("area"),
        "porosity_min_median_max": span("porosity"),
        "contact_fraction_min_median_max": span("contact_fraction"),
        "seed": int(spectra.attrs.get("seed", -1)),
        "config_sha256": str(spectra.attrs.get("config_sha256", "")),
        "ionscope": str(spectra.attrs.get("ionscope", "")),
        "truth": TRUTH,
    }


def write_card(card: dict[str, Any], json_path: Path | str, text_path: Path | str) -> None:
    """Write a card as JSON and as Markdown."""
    write_json(json_path, card)
    lines = [f"# {card['title']}", ""]
    for key, value in card.items():
        if key == "title":
            continue
        if isinstance(value, dict):
            value = ", ".join(f"{name}: {n}" for name, n in value.items())
        elif isinstance(value, list):
            value = ", ".join(f"{item:.4g}" for item in value)
        lines.append(f"- **{key.replace('_', ' ')}**: {value}")
    write_text(text_path, "\n".join(lines) + "\n")

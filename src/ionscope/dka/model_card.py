"""The model card of the reader of laboratory files: what it learned from, how wrong it is, and what it cannot do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ionscope.dka.bundle import ModelBundle
from ionscope.dka.combination import HOME_ADVANTAGE, METHODS, SLACK
from ionscope.dka.local_median import LocalMedian
from ionscope.files import write_text


def write_model_card(bundle: ModelBundle, metrics: dict[str, Any], path: Path | str, sha256: str) -> None:
    """The model card: data, use, measured errors, limits; `sha256` is the digest of its model.json."""
    about = bundle.about
    _, of_fit, of_kernel = HOME_ADVANTAGE
    knowing = "The fit and the kernel know" if bundle.representation.kind == "capacitive" else "The fit knows"
    write_text(
        path,
        "\n".join(
            [
                "# Model card: the reader of laboratory files",
                "",
                f"Trained on {about['training_spectra']} simulated spectra of {about['training_specimens']} specimens "
                "with wide priors (the populations of the run's reader section), shown through random "
                f"sweeps between {about['frequency_min_hz']:g} Hz and {about['frequency_max_hz']:g} Hz.",
                "",
                "Input: an impedance spectrum. Output: the total ionic resistance with a 90 % interval.",
                "",
                "Three methods are combined: the read-off (Re Z at the smallest phase), an automatic circuit fit, and "
                f"the kernel regression on the autoencoder's latent space ({_kernel(bundle)}). Each counts as much as "
                f"its expected error on spectra of that look lets it, the fit's taken {of_fit:g} and the kernel's "
                f"{of_kernel:g} times, as these know cells like those that it was measured on. {knowing} capacitances "
                "in farad, by which grains, grain boundaries and electrodes are told apart; thickness and area are "
                "not needed.",
                "",
                f"SHA-256 of model.json, which holds those of the other files: `{sha256}`.",
                "",
                "## Measured on microstructures that neither training nor calibration saw",
                "",
                "Errors in decades of resistance (0.01 is 2.3 %).",
                "",
                *_figures(metrics),
                "",
                "The priors are wider than any laboratory: a good part of these sweeps does not show its resistance at "
                "all, and their intervals say so. What counts is the line of confident answers, and the coverage: 90 % "
                f"of all, and of those that calibrate no less than {100 * (0.9 - SLACK):g} % with the electrodes that "
                "the intervals suit worst, as a spectrum does not always show its electrodes. Where these are stated, "
                "intervals are those of such cells alone.",
                "",
                *_about_series(about.get("series")),
                *_limits(about),
            ]
        ),
    )


def _figures(metrics: Mapping[str, Any]) -> list[str]:
    """A table of `ionscope.dka.reader_model.reader_metrics`, a line for each kind of sweep."""
    rows = [
        "| sweeps | n | median | 90 % | coverage of the 90 % interval | its median half-width "
        "| both, electrodes stated | read-off: median, 90 % | circuit fit | kernel | not worse than the read-off |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, m in metrics.items():
        alone = [f"{m[f'{method}_median']:.4f}, {m[f'{method}_p90']:.3f}" for method in METHODS]
        rows.append(
            f"| {name} | {m['n']} | {m['median']:.4f} | {m['p90']:.3f} | {100 * m['coverage_90']:.1f} % | "
            f"{m['half_width_median']:.3f} | {100 * m['coverage_90_stated']:.1f} %, "
            f"{m['half_width_median_stated']:.3f} | {' | '.join(alone)} | {100 * m['not_worse_than_read_off']:.0f} % |"
        )
    return rows


def _about_series(series: Mapping[str, Any] | None) -> list[str]:
    if series is None:
        return []
    return [
        "## Series",
        "",
        f"Of {series['specimens']} specimens at several temperatures, 90 % intervals cover "
        f"{100 * series['coverage_90_ea']:.1f} % of the activation energies (median error "
        f"{1e3 * series['ea_median_ev']:.1f} meV, half-width {1e3 * series['ea_half_width_median_ev']:.1f} meV) and "
        f"{100 * series['coverage_90_sigma_25c']:.1f} % of the conductivities at 25 C (half-width "
        f"{series['sigma_25c_half_width_median_decades']:.3f} decades). A share of the variance, "
        f"{100 * series['common']:.0f} %, is taken for one error of all temperatures, and the interval of the "
        f"activation energy that follows multiplied by {series['ea_scale']:.2f}: what each half of the specimens "
        "tells, tried on the other. Taken as independent, errors would make intervals that cover "
        f"{100 * series['coverage_90_ea_independent']:.1f} and "
        f"{100 * series['coverage_90_sigma_25c_independent']:.1f} %.",
        "",
    ]


def _limits(about: Mapping[str, Any]) -> list[str]:
    return [
        "## Limits",
        "",
        "- Simulated data only: two-dimensional polycrystals between blocking or reversible electrodes that "
        "touch nearly everywhere. Constriction under poor contact is read as resistance of the electrolyte.",
        "- A slow arc of a reversible electrode and one of a grain boundary look alike; the interval says so.",
        "- A sweep without a plateau (phase never below 50 degrees) is refused.",
        "- Electronic conduction beside the ionic one is not modelled, and noticed only where electrodes are "
        "stated to be blocking.",
        "- Thickness and area are taken as given. A wrong unit shows in an absurd conductivity, and where the "
        "grains' arc is in the band in a capacitance below that of a vacuum; a factor of ten may show in "
        "neither. A stated material tells more: conductivities that its simulated specimens do not have at "
        f"that temperature ask for caution ({_materials(about)}).",
        "",
    ]


def _kernel(bundle: ModelBundle) -> str:
    regressor, points = bundle.regressor, len(bundle.regressor.points_)
    if isinstance(regressor, LocalMedian):
        return f"the weighted median of the {regressor.neighbours} nearest of {points} spectra"
    return f"{points} kernel points"


def _materials(about: Mapping[str, Any]) -> str:
    return ", ".join(about.get("training_range", {}).get("materials", {})) or "none is known"

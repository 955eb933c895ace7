"""Figures of a laboratory's own spectra: Nyquist and Bode plot, Kramers-Kronig residuals, Arrhenius lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ionscope.kramers_kronig import KramersKronigResult
from ionscope.measure import Z90
from ionscope.preprocess.quality import QualityReport
from ionscope.preprocess.reference import read_off
from ionscope.report.figures.style import COLOURS, TRUTH, panels, save_figure, styled, tidy
from ionscope.series import SeriesFit
from ionscope.spectrum import ZERO_CELSIUS, Spectrum

MOST_LABELS = 10
"""More curves than this are drawn without a legend."""


SPECTRUM_COLUMNS = ("sweep", "frequency_hz", "z_real_ohm", "z_imag_ohm", "modulus_ohm", "phase_deg")


def file_name(text: str, taken: set[str]) -> str:
    """A name for a file, of letters, digits, - and _; not one of those in `taken`, to which it is added."""
    base = re.sub(r"[^\w-]+", "-", text, flags=re.ASCII).strip("-")[:80] or "spectrum"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    taken.add(name)
    return name


def spectrum_data(spectra: Sequence[Spectrum]) -> pd.DataFrame:
    """Points of spectra, one row each, with the columns `SPECTRUM_COLUMNS`."""
    parts = [
        pd.DataFrame(
            {
                "sweep": number,
                "frequency_hz": spectrum.frequency,
                "z_real_ohm": spectrum.impedance.real,
                "z_imag_ohm": spectrum.impedance.imag,
                "modulus_ohm": np.abs(spectrum.impedance),
                "phase_deg": np.degrees(np.angle(spectrum.impedance)),
            }
        )
        for number, spectrum in enumerate(spectra, 1)
    ]
    return pd.concat(parts, ignore_index=True)[list(SPECTRUM_COLUMNS)]


def draw_spectra(data: pd.DataFrame) -> Figure:
    """Nyquist plot with equal axes, cut off where a tail would hide the arcs; modulus and phase over frequency."""
    figure, axes = panels(1, 3, 10.5, 3.6)
    nyquist, modulus, phase = axes.flat
    sweeps = list(data.groupby("sweep", sort=True))
    for k, (number, points) in enumerate(sweeps):
        look = {"color": COLOURS[k % len(COLOURS)], "marker": "o", "markersize": 3, "linewidth": 0.8}
        nyquist.plot(points["z_real_ohm"], -points["z_imag_ohm"], label=f"sweep {number}", **look)
        modulus.loglog(points["frequency_hz"], points["modulus_ohm"], **look)
        phase.semilogx(points["frequency_hz"], points["phase_deg"], **look)
    reach = max(_reach(points) for _, points in sweeps)
    inductive = (data["z_imag_ohm"] > 0.02 * reach).any()
    nyquist.set(xlim=(0, reach), ylim=(-0.4 * reach if inductive else 0, (0.6 if inductive else 1.0) * reach))
    nyquist.set_aspect("equal")
    nyquist.set(xlabel="Z' / Ω", ylabel="−Z'' / Ω")
    modulus.set(xlabel="frequency / Hz", ylabel="|Z| / Ω")
    phase.set(xlabel="frequency / Hz", ylabel="phase / degrees")
    if 1 < len(sweeps) <= MOST_LABELS:
        nyquist.legend()
    tidy(axes.flat)
    return figure


def _reach(points: pd.DataFrame) -> float:
    """End of the real axis: the whole sweep, or 2.5 times the resistance where a tail would hide everything else."""
    z = points["z_real_ohm"].to_numpy() + 1j * points["z_imag_ohm"].to_numpy()
    resistance = float(read_off(points["frequency_hz"].to_numpy(), z)[0])
    return min(2.5 * resistance, 1.05 * float(max(np.abs(z.real).max(), np.abs(z.imag).max())))


def figure_spectra(spectra: Sequence[Spectrum], path: Path | str) -> Path:
    """The sweeps of one file; writes `path` (.svg) and the points beside it as CSV."""
    data = spectrum_data(spectra)
    with styled("spectra"):
        return save_figure(draw_spectra(data), data, path)


def residual_data(spectrum: Spectrum, report: QualityReport) -> pd.DataFrame:
    """Columns ``frequency_hz, residual_real_percent, residual_imag_percent`` of |Z|, and ``outlier`` (0 or 1).

    Residuals are those of the spectrum without the drift and the steps that the report names. A rough end has none
    (nan): the fit of the rest does not reach there.
    """
    result: KramersKronigResult = report.kramers_kronig
    residuals = np.where(report.sound, result.residuals[0], complex(np.nan, np.nan))
    return pd.DataFrame(
        {
            "frequency_hz": spectrum.frequency,
            "residual_real_percent": 100 * residuals.real,
            "residual_imag_percent": 100 * residuals.imag,
            "outlier": report.outliers.astype(int),
        }
    )


def draw_residuals(data: pd.DataFrame, noise: float) -> Figure:
    """Both residuals over frequency, outliers ringed, with a band of two standard deviations of the noise."""
    figure, axes = panels(1, 1, 7.0, 3.4)
    panel = axes[0, 0]
    panel.axhspan(-200 * noise, 200 * noise, color="#eeeeee", zorder=0, label="two standard deviations of the noise")
    panel.axhline(0, color=TRUTH, linewidth=0.8)
    outliers = data[data["outlier"] > 0]
    rough = data["frequency_hz"][data["residual_real_percent"].isna()]
    if len(rough):
        panel.axvspan(rough.min(), rough.max(), color="#fbe3d6", zorder=0, label="rough end, judged by the rest")
    for name, colour, label in (("real", COLOURS[0], "real part"), ("imag", COLOURS[1], "imaginary part")):
        column = f"residual_{name}_percent"
        panel.semilogx(data["frequency_hz"], data[column], "o-", color=colour, label=label)
        panel.plot(outliers["frequency_hz"], outliers[column], "o", color=TRUTH, markersize=9, fillstyle="none")
    panel.set(xlabel="frequency / Hz", ylabel="residual / % of |Z|")
    figure.legend(loc="outside lower center", ncols=3)
    tidy(axes.flat)
    return figure


def figure_kramers_kronig(spectrum: Spectrum, report: QualityReport, path: Path | str) -> Path:
    """The Kramers-Kronig residuals of one spectrum; writes `path` (.svg) and the figures beside it as CSV."""
    data = residual_data(spectrum, report)
    with styled("residuals"):
        return save_figure(draw_residuals(data, report.noise), data, path)


def series_data(fit: SeriesFit) -> pd.DataFrame:
    """The points of a series with their 90 % intervals and the line: ``temperature_c, inverse_temperature_1000_k``,
    and ``sigma_t, sigma_t_lower, sigma_t_upper, sigma_t_line`` in the unit of the series' conductivity times K.
    """
    sigma_t = fit.sigma * fit.temperature
    factor = np.exp(Z90 * fit.birge * fit.spread)
    return pd.DataFrame(
        {
            "temperature_c": fit.temperature - ZERO_CELSIUS,
            "inverse_temperature_1000_k": 1000 / fit.temperature,
            "sigma_t": sigma_t,
            "sigma_t_lower": sigma_t / factor,
            "sigma_t_upper": sigma_t * factor,
            "sigma_t_line": fit.line(fit.temperature) * fit.temperature,
        }
    )


def draw_series(data: pd.DataFrame, title: str, geometry: bool) -> Figure:
    """Arrhenius plot of one specimen."""
    figure, axes = panels(1, 1, 5.6, 4.2)
    panel = axes[0, 0]
    x, y = data["inverse_temperature_1000_k"], data["sigma_t"]
    errors = np.array([y - data["sigma_t_lower"], data["sigma_t_upper"] - y])
    panel.errorbar(x, y, yerr=errors, fmt="o", capsize=2, color=COLOURS[0])
    panel.plot(x, data["sigma_t_line"], color=COLOURS[1])
    panel.set(yscale="log", title=title, xlabel="1000 K / T")
    panel.set_ylabel("σ · T / S K cm⁻¹" if geometry else "T / R / K Ω⁻¹")
    tidy([panel])
    return figure


def figure_series(fit: SeriesFit, specimen: str, geometry: bool, path: Path | str) -> Path:
    """The Arrhenius plot of one specimen; writes `path` (.svg) and the points beside it as CSV."""
    data = series_data(fit)
    title = f"{specimen[-60:]}: {fit.ea.value:.3f} eV ({fit.ea.lower:.3f} to {fit.ea.upper:.3f})"
    with styled("series"):
        return save_figure(draw_series(data, title, geometry), data, path)

"""The figures of a report. Each function draws one figure from a table of a run and writes `path` (SVG) and, beside it,
the plotted data under the same name as CSV; it returns the path of the SVG. The same data give the same bytes.
"""

from ionscope.report.figures.accuracy import figure_energy, figure_parity, figure_residuals
from ionscope.report.figures.bands import figure_bands
from ionscope.report.figures.learning import (
    figure_bandwidth,
    figure_latent,
    figure_reconstruction,
    figure_reconstruction_error,
    figure_training,
)
from ionscope.report.figures.literature import figure_literature_energy, figure_literature_ranges
from ionscope.report.figures.measured import figure_nearest
from ionscope.report.figures.outcome import figure_arrhenius, figure_peers, figure_ranking, figure_timing
from ionscope.report.figures.shares import figure_coverage, figure_pairs
from ionscope.report.figures.spectra import figure_bode, figure_nyquist, figure_smoothing
from ionscope.report.figures.verification import figure_convergence

__all__ = [
    "figure_arrhenius",
    "figure_bands",
    "figure_bandwidth",
    "figure_bode",
    "figure_convergence",
    "figure_coverage",
    "figure_energy",
    "figure_latent",
    "figure_literature_energy",
    "figure_literature_ranges",
    "figure_nearest",
    "figure_nyquist",
    "figure_pairs",
    "figure_parity",
    "figure_peers",
    "figure_ranking",
    "figure_reconstruction",
    "figure_reconstruction_error",
    "figure_residuals",
    "figure_smoothing",
    "figure_timing",
    "figure_training",
]

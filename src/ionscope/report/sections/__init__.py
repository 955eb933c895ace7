"""The sections of the report, in the order of the page."""

from ionscope.report.sections import accuracy, band, learning, measured, opening, outcome, trust, verification

SECTIONS = (
    *opening.SECTIONS,
    *verification.SECTIONS,
    *learning.SECTIONS,
    accuracy.PARITY,
    accuracy.RESIDUALS,
    accuracy.COVERAGE,
    trust.TRUST,
    *band.SECTIONS,
    accuracy.PAIRS,
    outcome.ARRHENIUS,
    accuracy.PEERS,
    accuracy.READER,
    measured.MEASURED,
    measured.LITERATURE,
    outcome.RANKING,
    accuracy.ACCURACY,
    outcome.PROVENANCE,
)

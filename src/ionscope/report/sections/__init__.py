"""The sections of the report, in the order of the page."""

from ionscope.report.sections import accuracy, learning, measured, opening, outcome

SECTIONS = (
    *opening.SECTIONS,
    *learning.SECTIONS,
    accuracy.PARITY,
    accuracy.RESIDUALS,
    accuracy.COVERAGE,
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

"""The sections of the report, in the order of the page."""

from ionscope.report.sections import accuracy, learning, opening, outcome, trust

SECTIONS = (
    *opening.SECTIONS,
    *learning.SECTIONS,
    accuracy.PARITY,
    accuracy.RESIDUALS,
    accuracy.COVERAGE,
    trust.TRUST,
    accuracy.PAIRS,
    outcome.ARRHENIUS,
    accuracy.PEERS,
    accuracy.READER,
    outcome.RANKING,
    accuracy.ACCURACY,
    outcome.PROVENANCE,
)

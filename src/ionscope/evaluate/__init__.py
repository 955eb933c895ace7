"""Splits, metrics, peers, limits and the verdicts on the paper's claims."""

"""Many files at once: which to read, what was read, the series among them, and tables of it all."""

from ionscope.batch.outcome import Failure, Outcome, Series, predict_all
from ionscope.batch.requests import Request, gather_requests

__all__ = ["Failure", "Outcome", "Request", "Series", "gather_requests", "predict_all"]

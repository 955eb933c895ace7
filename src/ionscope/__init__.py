"""ionscope: ionic conductivity and activation energy read from impedance spectra of solid electrolytes.

>>> import ionscope  # doctest: +SKIP
>>> ionscope.predict("measurements/", thickness="0.12+-0.002", area=0.785)  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ionscope.api import predict, predict_batch
    from ionscope.estimator import SpectrumRegressor
    from ionscope.io import read_spectra, read_spectrum, to_xarray
    from ionscope.reader import Reader
    from ionscope.spectrum import Spectrum, SpectrumSet

try:
    __version__ = version("ionscope")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"

__all__ = [
    "Reader",
    "Spectrum",
    "SpectrumRegressor",
    "SpectrumSet",
    "__version__",
    "predict",
    "predict_batch",
    "read_spectra",
    "read_spectrum",
    "to_xarray",
]

_HOMES = {
    "Reader": "reader",
    "Spectrum": "spectrum",
    "SpectrumRegressor": "estimator",
    "SpectrumSet": "spectrum",
    "predict": "api",
    "predict_batch": "api",
    "read_spectra": "io",
    "read_spectrum": "io",
    "to_xarray": "io",
}


def __getattr__(name: str) -> Any:
    """Import on first use: the network takes two seconds to load, and reading a file does without it."""
    if name not in _HOMES:
        raise AttributeError(f"module 'ionscope' has no attribute '{name}'")
    return getattr(import_module(f"ionscope.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

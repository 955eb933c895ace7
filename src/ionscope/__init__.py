"""ionscope: ionic conductivity and activation energy read from impedance spectra of solid electrolytes."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("ionscope")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"

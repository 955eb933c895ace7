"""Reading and writing of spectra: instrument files, tables of any dialect, datasets.

>>> from ionscope.io import read_spectra  # doctest: +SKIP
>>> read_spectra("pellet.mpt")[0].assumptions  # doctest: +SKIP
"""

from ionscope.io.netcdf import from_xarray, to_xarray, write_netcdf
from ionscope.io.read import read_spectra, read_spectrum
from ionscope.io.write import spectra_text, write_spectra, write_spectrum

__all__ = [
    "from_xarray",
    "read_spectra",
    "read_spectrum",
    "spectra_text",
    "to_xarray",
    "write_netcdf",
    "write_spectra",
    "write_spectrum",
]

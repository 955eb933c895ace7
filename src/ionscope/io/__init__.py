"""Reading and writing of spectra: instrument files, tables of any dialect, datasets.

>>> from ionscope.io import read_spectra  # doctest: +SKIP
>>> read_spectra("pellet.mpt")[0].assumptions  # doctest: +SKIP
"""

from ionscope.io.read import read_spectra, read_spectrum
from ionscope.io.write import write_spectra, write_spectrum

__all__ = ["read_spectra", "read_spectrum", "write_spectra", "write_spectrum"]

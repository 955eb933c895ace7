"""Binary and vendor formats, read by other people's packages where these are installed.

Nothing here is imported before a file needs it. galvani and pyimpspec are under the GPL: they are called, never copied.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ionscope.errors import IonscopeError
from ionscope.io.assemble import Raw
from ionscope.io.columns import Column, recognise_header
from ionscope.io.preamble import Preamble
from ionscope.io.table import Table
from ionscope.io.text import problem

_MPR_MARK = b"BIO-LOGIC MODULAR FILE"
_PYIMPSPEC = (".pssession", ".dfr", ".i2b", ".p00", ".idf", ".ids")

Reader = Callable[[str], list[Raw]]


def reader_for(content: bytes, source: str) -> Reader | None:
    """What reads a file that our own text family does not: by content where it has a mark, else by extension."""
    suffix = Path(source).suffix.lower()
    if content.startswith(_MPR_MARK):
        return read_mpr
    if suffix == ".ism":
        return read_ism
    if suffix in _PYIMPSPEC:
        return read_pyimpspec
    return None


def read_mpr(source: str) -> list[Raw]:
    """EC-Lab's binary .mpr, by galvani or else yadg."""
    for package, read in (("galvani", _galvani), ("yadg", _yadg)):
        if _installed(package):
            names, values, metadata = _guarded(read, source, package)
            return [_raw(source, names, values, "EC-Lab binary", metadata)]
    raise problem(
        source, "is a binary .mpr file; install galvani (pip install galvani) or yadg, or export it as text from EC-Lab"
    )


def read_ism(source: str) -> list[Raw]:
    """Zahner's .ism, by zahner-analysis."""
    if not _installed("zahner_analysis"):
        raise problem(
            source, "is a Zahner .ism file; install zahner-analysis (pip install zahner-analysis) or export it as text"
        )
    names, values, metadata = _guarded(_zahner, source, "zahner-analysis")
    return [_raw(source, names, values, "Zahner", metadata)]


def read_pyimpspec(source: str) -> list[Raw]:
    """.pssession, .dfr, .i2b, .P00, .idf, .ids, by pyimpspec."""
    if not _installed("pyimpspec"):
        suffix = Path(source).suffix
        raise problem(source, f"needs pyimpspec to read {suffix} (pip install pyimpspec), or an export as text")
    sets = _guarded(lambda path: importlib.import_module("pyimpspec").parse_data(path), source, "pyimpspec")
    names = ["frequency/Hz", "Re(Z)/Ohm", "Im(Z)/Ohm"]
    raws = []
    for part in sets:
        z = np.asarray(part.get_impedances(), dtype=complex)
        values = np.column_stack([np.asarray(part.get_frequencies(), dtype=float), z.real, z.imag])
        raws.append(_raw(source, names, values, "pyimpspec", {"label": str(part.get_label())[:100]}))
    if not raws:
        raise problem(source, "holds no spectrum that pyimpspec finds")
    return raws


def _installed(package: str) -> bool:
    try:
        importlib.import_module(package)
    except ImportError:
        return False
    return True


def _guarded(read: Callable[[str], Any], source: str, package: str) -> Any:
    try:
        return read(source)
    except IonscopeError:
        raise
    except Exception as error:  # a damaged binary file fails anywhere inside the other package
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise problem(source, f"cannot be read by {package} ({reason}); export it as text") from None


def _galvani(source: str) -> tuple[list[str], np.ndarray, dict[str, Any]]:
    module = importlib.import_module("galvani.BioLogic")
    with open(source, "rb") as handle:
        data = module.MPRfile(handle)
    names = list(data.data.dtype.names or ())
    date = getattr(data, "timestamp", None) or getattr(data, "startdate", None)
    metadata = {"date": date.isoformat()} if date is not None else {}
    return names, np.column_stack([np.asarray(data.data[name], dtype=float) for name in names]), metadata


def _yadg(source: str) -> tuple[list[str], np.ndarray, dict[str, Any]]:
    extract = importlib.import_module("yadg.extractors").extract
    tree = extract(filetype="eclab.mpr", path=source)
    variables = {str(name): variable for name, variable in tree.variables.items() if variable.ndim == 1}
    renamed = {"freq": "freq/Hz", "Re(Z)": "Re(Z)/Ohm", "-Im(Z)": "-Im(Z)/Ohm", "cycle number": "cycle number"}
    names = [name for name in renamed if name in variables]
    return [renamed[name] for name in names], np.column_stack([np.asarray(variables[n], float) for n in names]), {}


def _zahner(source: str) -> tuple[list[str], np.ndarray, dict[str, Any]]:
    data = importlib.import_module("zahner_analysis.file_import.ism_import").IsmImport(source)
    z = np.asarray(data.getComplexImpedanceArray(), dtype=complex)
    values = np.column_stack([np.asarray(data.getFrequencyArray(), dtype=float), z.real, z.imag])
    metadata = {"date": data.getMeasurementStartDateTime().isoformat(), "electrode_area": data.getElectrodeAreaString()}
    return ["frequency/Hz", "Re(Z)/Ohm", "Im(Z)/Ohm"], values, metadata


def _raw(source: str, names: list[str], values: np.ndarray, name: str, metadata: dict[str, Any]) -> Raw:
    found: list[tuple[int, Column]] = [
        (i, column) for i, column in enumerate(recognise_header(names)) if column is not None and column.role != "index"
    ]
    places = [i for i, _ in found]
    kept = values[:, places]
    bad = ~np.isfinite(kept).all(axis=1)
    if bad.any():
        raise problem(source, f"point {int(np.flatnonzero(bad)[0]) + 1} is not a finite number")
    table = Table(source, kept, [column for _, column in found], np.arange(1, len(values) + 1))
    return Raw(table, Preamble(metadata=metadata), name)

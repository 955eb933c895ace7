"""An outcome as tables: one row a spectrum, one row a series; and as files of several kinds."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from ionscope import __version__
from ionscope.batch.outcome import Failure, Outcome, Series
from ionscope.errors import InputDataError
from ionscope.files import begins_with, to_json, whole_file, write_text
from ionscope.reading import Reading
from ionscope.series import LEAST_EA, SCATTERS, SeriesFit
from ionscope.spectrum import ZERO_CELSIUS

KINDS = {"csv": ".csv", "jsonl": ".jsonl", "netcdf": ".nc", "html": ".html"}
"""Kinds of output and the endings of their files."""

UNREADABLE = "unreadable"
"""Stands as the verdict of a file or sweep that could not be read."""

_MOST_PLOTS = 20  # on a page
_TEXT = ("file", "specimen", "material", "electrodes", "verdict", "reasons", "notes", "assumptions")
COLUMNS = (
    *("file", "specimen", "material", "electrodes", "points", "frequency_min_hz", "frequency_max_hz"),
    *("temperature_c", "thickness_cm", "area_cm2", "resistance_ohm", "resistance_lower_ohm", "resistance_upper_ohm"),
    *("sigma_s_cm", "sigma_lower_s_cm", "sigma_upper_s_cm", "read_off_ohm", "verdict"),
    *("reasons", "notes", "assumptions"),
)
"""Of the table of spectra; intervals are 90 %."""

SERIES_BEGIN = "specimen,temperatures,"
"""How a table of series begins."""

_SERIES_INTERVALS = ("ea_ev", "ea_kj_mol", "sigma_25c_s_cm")


def row_of(reading: Reading) -> dict[str, Any]:
    """One reading as a row with the columns `COLUMNS`."""
    spectrum, r, s = reading.spectrum, reading.resistance, reading.sigma
    return {
        "file": spectrum.source,
        "specimen": spectrum.specimen,
        "material": spectrum.material,
        "electrodes": spectrum.electrodes,
        "points": len(spectrum),
        "frequency_min_hz": float(spectrum.frequency[0]),
        "frequency_max_hz": float(spectrum.frequency[-1]),
        "temperature_c": spectrum.temperature_c,
        "thickness_cm": spectrum.thickness,
        "area_cm2": spectrum.area,
        "resistance_ohm": r.value,
        "resistance_lower_ohm": r.lower,
        "resistance_upper_ohm": r.upper,
        "sigma_s_cm": None if s is None else s.value,
        "sigma_lower_s_cm": None if s is None else s.lower,
        "sigma_upper_s_cm": None if s is None else s.upper,
        "read_off_ohm": reading.read_off,
        "verdict": reading.verdict,
        "reasons": "; ".join(reading.reasons),
        "notes": "; ".join(reading.notes),
        "assumptions": "; ".join(spectrum.assumptions),
    }


def row_of_failure(failure: Failure) -> dict[str, Any]:
    """A file that could not be read, as a row of the same table."""
    return {"file": failure.file, "verdict": UNREADABLE, "reasons": failure.reason}


def spectra_table(outcome: Outcome) -> pd.DataFrame:
    """One row a spectrum with the columns `COLUMNS`, then one row for each file or sweep that could not be read.

    Cells without a value are NaN in columns of numbers and empty text in the others.
    """
    rows = [*map(row_of, outcome.readings), *map(row_of_failure, outcome.failures)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    for column in COLUMNS:
        if column in _TEXT:
            table[column] = [value if isinstance(value, str) else "" for value in table[column]]
        else:
            table[column] = pd.to_numeric(table[column]).astype(float)
    return table


def series_table(series: Sequence[Series]) -> pd.DataFrame:
    """One row a series; intervals of 90 % in columns that end in ``_lower`` and ``_upper``."""
    rows = []
    for one in series:
        content = one.as_dict()
        row: dict[str, Any] = {}
        for key, value in content.items():
            if key in _SERIES_INTERVALS:
                bounds = value or dict.fromkeys(("value", "lower", "upper"), float("nan"))
                row |= {key: bounds["value"], f"{key}_lower": bounds["lower"], f"{key}_upper": bounds["upper"]}
            else:
                row[key] = value
        rows.append(row)
    return pd.DataFrame(rows)


def series_path(path: Path | str) -> Path:
    """Where the series of a CSV output stand: beside it."""
    path = Path(path)
    return path.with_name(f"{path.stem}_series{path.suffix}")


def kind_of(path: str) -> str:
    """The kind of output that a file's ending asks for.

    Raises
    ------
    InputDataError : the ending is none of `KINDS`
    """
    for kind, ending in KINDS.items():
        if path.lower().endswith(ending):
            return kind
    raise InputDataError(f"{path}: its ending says no kind of output ({', '.join(KINDS.values())}); give --to")


def write_outcome(outcome: Outcome, path: Path | str, kind: str) -> list[Path]:
    """Write an outcome as one of `KINDS`, whole or not at all; returns the files written.

    CSV cannot hold two tables: series stand in a second file beside it (`series_path`). Where there are none now, the
    one that an earlier call has written there is removed: it would pass for that of this outcome.
    """
    path = Path(path)
    if kind == "csv":
        _write_csv(spectra_table(outcome), path)
        beside = series_path(path)
        if not outcome.series:
            if beside.is_file() and begins_with(beside, SERIES_BEGIN):
                beside.unlink()
            return [path]
        _write_csv(series_table(outcome.series), beside)
        return [path, beside]
    if kind == "jsonl":
        write_text(path, json_lines(outcome))
    elif kind == "netcdf":
        with whole_file(path) as temporary:
            as_dataset(outcome).to_netcdf(temporary, engine="h5netcdf")
    else:
        write_text(path, as_html(outcome))
    return [path]


def as_csv(outcome: Outcome) -> str:
    """The table of spectra as CSV text."""
    return spectra_table(outcome).to_csv(index=False, float_format="%.8g")


def as_object(outcome: Outcome) -> dict[str, Any]:
    """Plain values: ``spectra`` (`Reading.as_dict`), ``series``, and ``failures``."""
    return {
        "spectra": [reading.as_dict() for reading in outcome.readings],
        "series": [one.as_dict() for one in outcome.series],
        "failures": [{"file": failure.file, "reason": failure.reason} for failure in outcome.failures],
    }


def json_lines(outcome: Outcome) -> str:
    """One JSON object a line; ``record`` says whether it is a spectrum, a failure or a series."""
    content = as_object(outcome)
    lines = [
        {"record": record, **item}
        for record, name in (("spectrum", "spectra"), ("failure", "failures"), ("series", "series"))
        for item in content[name]
    ]
    return "".join(json.dumps(json.loads(to_json(line))) + "\n" for line in lines)


def as_dataset(outcome: Outcome) -> xr.Dataset:
    """Both tables with dimensions ``spectrum`` and ``series``; units stand in the names of the variables."""
    data = xr.Dataset(attrs={"ionscope": __version__, "interval": "90 %"})
    for dimension, table, prefix in (
        ("spectrum", spectra_table(outcome), ""),
        ("series", series_table(outcome.series), "series_"),
    ):
        for name in table:
            values = table[name]
            content = values.to_numpy(dtype=object if name in _TEXT else float)
            data[f"{prefix}{name}"] = (dimension, content)
    return data


def as_html(outcome: Outcome) -> str:
    """A page that stands alone, with both tables and the Arrhenius plots of the first series."""
    from ionscope.report.html import CSS
    from ionscope.report.markup import paragraph, table

    spectra = spectra_table(outcome)
    body = [f"<h1>ionscope: {escape(summary(outcome))}</h1>"]
    if outcome.series:
        body.append(table(series_table(outcome.series), "Activation energies, with 90 % intervals"))
        body.append(paragraph(series_note(outcome.series[0].thermometer_error)))
        body += [_arrhenius_plot(series, k) for k, series in enumerate(outcome.series[:_MOST_PLOTS])]
    body.append(table(spectra, "Spectra, with 90 % intervals"))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>ionscope</title>\n'
        f"<style>{CSS}</style>\n</head>\n<body>\n{''.join(body)}\n"
        f"<p>ionscope {escape(__version__)}</p>\n</body>\n</html>\n"
    )


def _arrhenius_plot(series: Series, number: int) -> str:
    from ionscope.report.figures.laboratory import figure_series
    from ionscope.report.markup import inline_svg

    with tempfile.TemporaryDirectory() as folder:
        path = figure_series(series.fit, series.specimen, series.geometry, Path(folder) / "arrhenius.svg")
        drawing = inline_svg(
            path.read_text(encoding="utf-8"), f"arrhenius-{number}", f"Arrhenius plot, {series.specimen}"
        )
    return f"<figure>{drawing}</figure>"


def summary(outcome: Outcome) -> str:
    """What became of the files, in one sentence."""
    files = f"{outcome.files} file{'' if outcome.files == 1 else 's'}"
    parts = [f"{outcome.count(name)} {name}" for name in ("ok", "caution") if outcome.count(name)]
    if outcome.count("refuse"):
        parts.append(f"{outcome.count('refuse')} refused")
    if outcome.failures:
        parts.append(f"{len(outcome.failures)} could not be read")
    return f"{files}, {len(outcome.readings)} spectra read: {', '.join(parts) or 'none'}"


def series_note(thermometer_error: float) -> str:
    """What the intervals of series include."""
    return (
        f"The intervals carry each resistance's own and a thermometer error of {thermometer_error:g} K (one standard "
        "deviation, independent from one temperature to the next)."
    )


def describe_series(series: Series) -> str:
    """A series as lines for a terminal."""
    fit, content = series.fit, series.as_dict()
    ea, kj = fit.ea, content["ea_kj_mol"]
    low, high = content["temperature_min_c"], content["temperature_max_c"]
    lines = [
        f"series {series.specimen}: {content['temperatures']} temperatures, {low:.3g} C to {high:.3g} C",
        f"  activation energy  {ea.value:.3f} eV   (90 %: {ea.lower:.3f} to {ea.upper:.3f})   "
        f"{kj['value']:.1f} kJ/mol   ({kj['lower']:.1f} to {kj['upper']:.1f})",
    ]
    if series.geometry:
        s = fit.sigma_25c
        lines.append(f"  conductivity 25 C  {s.value:.3g} S/cm   (90 %: {s.lower:.3g} to {s.upper:.3g})")
    else:
        lines.append("  conductivity 25 C  needs thickness and area of every spectrum")
    lines += _scatter(fit)
    if fit.curved:
        cold, hot = fit.ea_ends
        lines.append(
            f"    - curved: the quadratic term in 1/T is {abs(fit.curvature):.1f} standard errors from zero "
            f"({cold:.2f} eV at the cold end, {hot:.2f} eV at the hot end); one activation energy does not describe it"
        )
    if fit.hardly_activated:
        lines.append(
            f"    - hardly activated: ions in solids need more than {LEAST_EA:g} eV; electrons, or a short, do not"
        )
    if series.left_out:
        lines.append(f"    - {series.left_out} refused spectra were left out")
    return "\n".join(lines)


def _scatter(fit: SeriesFit) -> list[str]:
    """Points that scatter beyond their errors, and the one that is most off, as a line."""
    if fit.birge <= SCATTERS:
        return []
    said = f"    - the points scatter {fit.birge:.3g} times as much as their errors"
    if fit.stray is not None:
        celsius, off = fit.stray.temperature - ZERO_CELSIUS, fit.stray.percent
        side = "above" if off > 0 else "below"
        said += f"; most of all the one at {celsius:.4g} C ({abs(off):.3g} % {side} the line of the others)"
        if fit.bent_by_one:
            said += ": a wrong temperature there, or another regime, as the others alone show no curve"
    return [said]


def one_line(reading: Reading) -> str:
    """A reading in one line, with the first reason where there is one."""
    spectrum, r, s = reading.spectrum, reading.resistance, reading.sigma
    parts = [f"{r.value:.4g} ohm ({r.lower:.4g} to {r.upper:.4g})"]
    if s is not None:
        parts.append(f"{s.value:.3g} S/cm ({s.lower:.3g} to {s.upper:.3g})")
    verdict = f"{reading.verdict}: {reading.reasons[0]}" if reading.reasons else reading.verdict
    return f"{spectrum.source}: {', '.join(parts)}, {verdict}"


def describe_outcome(outcome: Outcome) -> str:
    """The table of spectra for a terminal; folders that all files share are left out."""
    rows = []
    shared = _shared_folder([reading.spectrum.source for reading in outcome.readings])
    for reading in outcome.readings:
        spectrum, r, s = reading.spectrum, reading.resistance, reading.sigma
        rows.append(
            {
                "file": spectrum.source.removeprefix(shared),
                "specimen": spectrum.specimen or "",
                "T/C": "" if spectrum.temperature_c is None else f"{spectrum.temperature_c:.4g}",
                "R/ohm": f"{r.value:.4g}",
                "90 %": f"{r.lower:.4g} to {r.upper:.4g}",
                "sigma/(S/cm)": "" if s is None else f"{s.value:.3g}",
                "verdict": reading.verdict,
            }
        )
    table = pd.DataFrame(rows)
    empty = [name for name in table if (table[name] == "").all()]
    return table.drop(columns=empty).to_string(index=False, justify="left")


def _shared_folder(paths: Sequence[str]) -> str:
    folders = {os.path.dirname(path) for path in paths}
    absolute = {os.path.isabs(folder) for folder in folders}
    folder = os.path.commonpath(folders) if len(absolute) == 1 else ""  # a mixture has none
    return folder + os.sep if folder and folder != os.sep else ""


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    with whole_file(path) as temporary:
        table.to_csv(temporary, index=False, float_format="%.8g")

"""Sweeps of one pellet that contradict each other are told, and those that need not agree are left alone."""

import json
from dataclasses import replace

import numpy as np
import pytest
from cells import cell
from series_files import F, StubReader, resistance_at

from ionscope.api import predict, predict_batch
from ionscope.batch.outcome import predict_all
from ionscope.batch.repeats import compared
from ionscope.batch.requests import Request, gather_requests
from ionscope.batch.tables import as_object, json_lines
from ionscope.cli import main
from ionscope.spectrum import Spectrum


def sweeps_in_one_file(path, *resistances, arc=1e3):
    """Down and up in turn, with an arc at so many hertz."""
    lines = ["f/Hz,Re(Z)/ohm,Im(Z)/ohm"]
    for i, resistance in enumerate(resistances):
        order = F if i % 2 == 0 else F[::-1][1:]
        lines += [
            f"{f:.9g},{z.real:.9g},{z.imag:.9g}" for f, z in zip(order, cell(order, resistance, arc=arc), strict=True)
        ]
    path.write_text("\n".join(lines))
    return str(path)


def readings(*cells):
    """Readings of (resistance, Celsius, more fields) by the stub, whose intervals are 10 % wide either way."""
    spectra = [
        Spectrum(F[::-1], cell(F[::-1], r), None if c is None else c + 273.15, **{"specimen": "A", **fields})
        for r, c, fields in cells
    ]
    return [StubReader().read(spectrum) for spectrum in spectra]


def verdicts(*cells):
    return [reading.verdict for reading in compared(readings(*cells))]


def test_an_up_sweep_that_contradicts_the_down_sweep_is_told_everywhere(tmp_path):
    name = sweeps_in_one_file(tmp_path / "updown.csv", 1000, 1300)
    outcome = predict_batch(name, temperature=298.15, model=StubReader())
    told = (
        "two sweeps of this file at 25 C differ by 30 % (500.1 and 650.1 ohm), more than their intervals: the cell had "
        "not settled, or it changed, or they are not of one pellet"
    )
    for reading in outcome.readings:
        assert reading.verdict == "caution" and reading.reasons[-1] == told
    table = predict(name, temperature=298.15, model=StubReader())
    assert list(table["verdict"]) == ["caution"] * 2 and table["reasons"].str.contains("differ by 30 %").all()
    assert all("differ by 30 %" in one["trust"]["reasons"][-1] for one in as_object(outcome)["spectra"])
    assert all(json.loads(line)["trust"]["verdict"] == "caution" for line in json_lines(outcome).splitlines())


def test_the_command_shows_it_with_the_shipped_model(tmp_path, capsys):
    sweeps_in_one_file(tmp_path / "updown.csv", 1000, 1300, arc=1e5)  # grain boundaries have so little capacitance
    main(["predict", str(tmp_path / "updown.csv"), "--specimen", "A", "--temperature", "25"])
    assert capsys.readouterr().out.count("two sweeps of this pellet at 25 C differ by 30 %") == 2


def test_files_of_one_specimen_are_compared(tmp_path):
    names = [sweeps_in_one_file(tmp_path / f"{i}.csv", r) for i, r in enumerate((1000, 1300))]
    requests = [replace(request, temperature=300.0) for request in gather_requests(names)]
    assert [r.verdict for r in predict_all(requests, StubReader()).readings] == ["ok", "ok"]
    requests = [replace(request, specimen="A") for request in requests]
    assert [r.verdict for r in predict_all(requests, StubReader()).readings] == ["caution", "caution"]


def test_only_those_that_contradict_another_are_told():
    assert verdicts((1000, 25, {}), (1150, 25, {})) == ["ok", "ok"]
    assert verdicts((1000, 25, {}), (1130, 25, {}), (1300, 25, {})) == ["caution", "ok", "caution"]
    assert verdicts((1000, 25, {}), (1300, 40, {})) == ["ok", "ok"]
    assert verdicts((1000, 25, {}), (1300, 25, {"specimen": "B"})) == ["ok", "ok"]


def test_a_verdict_is_never_milder_and_a_refused_reading_contradicts_nobody():
    one, other = readings((1000, 25, {}), (1300, 25, {}))
    refused = replace(other, verdict="refuse")
    assert compared([one, refused]) == [one, refused]
    told = compared([one, replace(other, verdict="caution", reasons=("noise",))])[1]
    assert told.verdict == "caution" and told.reasons[0] == "noise" and len(told.reasons) == 2


@pytest.mark.parametrize(("colder", "hotter", "verdict"), [(1250, 1000, "ok"), (1000, 1250, "caution")])
def test_what_a_colder_cell_resists_more_is_no_contradiction(colder, hotter, verdict):
    assert verdicts((colder, 25.0, {}), (hotter, 25.9, {})) == [verdict] * 2


def test_where_the_geometry_differs_conductivities_are_compared():
    thin, thick = {"thickness": 0.1, "area": 0.5}, {"thickness": 0.13, "area": 0.5}
    assert verdicts((1000, 25, thin), (1300, 25, thick)) == ["ok", "ok"]
    assert verdicts((1000, 25, thin), (1000, 25, thick)) == ["caution", "caution"]
    assert verdicts((1000, 25, thin), (1300, 25, {})) == ["ok", "ok"]
    assert "S/cm)" in compared(readings((1000, 25, thin), (1000, 25, thick)))[0].reasons[-1]


def test_without_temperatures_sweeps_of_one_file_are_compared_and_no_others():
    one, same, other = (replace_file(1300, file) for file in ("a.csv", "a.csv", "b.csv"))
    told = compared([replace_file(1000, "a.csv"), same])
    assert [reading.verdict for reading in told] == ["caution", "caution"]
    assert (
        told[0]
        .reasons[-1]
        .endswith("and no temperature is stated: if it was the same, the cell had not settled, or it changed")
    )
    assert [reading.verdict for reading in compared([replace_file(1000, "a.csv"), other])] == ["ok", "ok"]
    assert [reading.verdict for reading in compared([one, replace_file(1000, None)])] == ["ok", "ok"]


def replace_file(resistance, file):
    return readings((resistance, None, {"file": file}))[0]


def test_a_series_whose_temperatures_nobody_wrote_down_is_no_contradiction(tmp_path):
    resistances = [resistance_at(celsius) for celsius in (0, 20, 40, 60, 80)]
    outcome = predict_all([Request(sweeps_in_one_file(tmp_path / "t.csv", *resistances))], StubReader())
    assert [reading.verdict for reading in outcome.readings] == ["ok"] * 5
    (note,) = {note for reading in outcome.readings for note in reading.notes}
    assert note.startswith("5 sweeps of this file differ by a factor of ")
    assert note.endswith(" ohm), and no temperature is stated.")


def test_many_sweeps_are_compared_quickly():
    one, other = readings((1000, 25, {}), (1300, 25, {}))
    told = compared([one] * 3000 + [other])
    assert all(reading.verdict == "caution" for reading in told)
    assert "3001 sweeps of this pellet" in told[0].reasons[-1]


def test_temperatures_that_rise_in_jitter_are_compared_level_by_level():
    ramp = [(resistance_at(c), c, {}) for c in np.arange(0, 80, 0.7)]
    assert set(verdicts(*ramp)) == {"ok"}

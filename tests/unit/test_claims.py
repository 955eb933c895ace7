"""Claims: every kind of rule at and beside its bounds, and the shipped rules against fabricated metrics."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionscope.config import read_yaml, validated
from ionscope.errors import ConfigError, InputDataError
from ionscope.evaluate.claims import COLUMNS, Claims, judge, load_claims, write_claims
from ionscope.evaluate.verdicts import VERDICTS

RULES = Path(__file__).parents[2] / "config" / "claims.yaml"

ERROR = {"kind": "at_most", "metric": "m", "value": 15, "exceeded_at": 10, "acceptable_to": 20, "reason": "Because."}
SHARE = {"kind": "at_least", "metric": "m", "value": 0.98, "exceeded_at": 0.99, "acceptable_to": 0.97, "reason": "So."}
SPAN = {"kind": "range", "metric": ["a", "b"], "value": [110, 145], "near": 5, "acceptable": 10, "reason": "Thus."}
COUNT = {"kind": "count", "metric": "m", "value": 1000}


def claims_of(rule, **fields):
    claim = {"id": "X1", "claim": "something", "paper": "a figure", "source": "somewhere.csv", "rule": rule} | fields
    return validated(Claims, {"claims": [claim]}, "claims.yaml")


def verdict(rule, **metrics):
    return judge(claims_of(rule), metrics)["verdict"].iloc[0]


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        (9.0, "exceeded"),
        (10.0, "exceeded"),
        (10.1, "reproduced"),
        (15.0, "reproduced"),
        (15.1, "acceptable difference"),
        (20.0, "acceptable difference"),
        (20.1, "not reproduced"),
        (None, "not testable"),
    ],
)
def test_at_most(ours, expected):
    assert verdict(ERROR, m=ours) == expected


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        (0.995, "exceeded"),
        (0.99, "exceeded"),
        (0.98, "reproduced"),
        (0.979, "acceptable difference"),
        (0.97, "acceptable difference"),
        (0.969, "not reproduced"),
    ],
)
def test_at_least(ours, expected):
    assert verdict(SHARE, m=ours) == expected


@pytest.mark.parametrize(
    ("ours", "baseline", "expected"),
    [
        (5.0, 5.0, "acceptable difference"),  # as good as no spectrum at all: the paper's figure is met by nothing
        (4.6, 5.0, "acceptable difference"),
        (4.4, 5.0, "exceeded"),
        (25.0, 5.0, "not reproduced"),
        (5.0, None, "exceeded"),
    ],
)
def test_a_figure_that_needs_no_spectrum_is_at_best_acceptable(ours, baseline, expected):
    assert verdict(ERROR | {"baseline": "b"}, m=ours, b=baseline) == expected


def test_a_share_no_better_than_its_baseline_is_at_best_acceptable():
    rule = SHARE | {"baseline": "b", "baseline_margin": 0.01}
    assert verdict(rule, m=0.985, b=0.984) == "acceptable difference"
    assert verdict(rule, m=0.985, b=0.9) == "reproduced"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (110, 145, "reproduced"),
        (115, 140, "reproduced"),
        (110, 151, "acceptable difference"),
        (100, 145, "acceptable difference"),
        (99, 145, "not reproduced"),
    ],
)
def test_range(low, high, expected):
    assert verdict(SPAN, a=low, b=high) == expected
    capped = verdict(SPAN | {"at_best": "acceptable difference"}, a=low, b=high)
    assert capped == ("not reproduced" if expected == "not reproduced" else "acceptable difference")


@pytest.mark.parametrize(("ours", "expected"), [(1000, "reproduced"), (1200, "exceeded"), (40, "not reproduced")])
def test_count(ours, expected):
    assert verdict(COUNT, m=ours) == expected


def test_report_only_and_not_testable_give_no_verdict():
    assert verdict({"kind": "report_only", "metric": "m", "reason": "No figure."}, m=0.5) == "not testable"
    table = judge(claims_of({"kind": "not_testable", "reason": "Nobody can."}), {})
    assert table.loc[0, ["ours", "literal", "verdict"]].tolist() == ["", "", "not testable"]


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_smaller_error_is_never_judged_worse(first, second):
    better, worse = sorted([first, second])
    assert VERDICTS.index(verdict(ERROR, m=better)) <= VERDICTS.index(verdict(ERROR, m=worse))


def test_row_holds_both_figures_to_six_digits():
    table = judge(claims_of(ERROR | {"literal": "l"}, unit="kJ/mol"), {"m": 1.23456789, "l": 321.98765432})
    assert list(table.columns) == COLUMNS
    assert table.iloc[0].tolist() == [
        "X1",
        "something",
        "a figure",
        "1.23457",
        "",
        "321.988",
        "kJ/mol",
        "exceeded",
        "somewhere.csv",
    ]
    assert judge(claims_of(SPAN), {"a": 112.0, "b": 141.5})["ours"].iloc[0] == "112 to 141.5"


@pytest.mark.parametrize("missing", ["m", "l", "b"])
def test_a_missing_metric_is_an_error_that_names_it(missing):
    metrics = {"m": 1.0, "l": 2.0, "b": 5.0}
    del metrics[missing]
    with pytest.raises(InputDataError, match=f"claim X1: metric '{missing}' is missing"):
        judge(claims_of(ERROR | {"literal": "l", "baseline": "b"}), metrics)


def test_a_metric_that_is_no_number_is_an_error():
    with pytest.raises(InputDataError, match="metric 'm' is 'good', not a number"):
        verdict(ERROR, m="good")


def test_what_the_runs_own_specimens_give_stands_beside_and_is_not_judged():
    row = judge(claims_of(ERROR), {"m": 1.0, "own_m": 99.0, "own_other": 3.0}).iloc[0]
    assert (row["ours"], row["own"], row["verdict"]) == ("1", "99", "exceeded")
    assert judge(claims_of(SPAN), {"a": 112.0, "b": 141.5, "own_a": 100.0})["own"].iloc[0] == ""


def test_a_recipe_without_a_figure_leaves_its_cell_empty():
    assert judge(claims_of(ERROR | {"literal": "l"}), {"m": 1.0, "l": None})["literal"].iloc[0] == ""


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (ERROR | {"exceeded_at": 16}, "exceeded_at <= value <= acceptable_to"),
        (SHARE | {"acceptable_to": 0.985}, "acceptable_to <= value <= exceeded_at"),
        (SPAN | {"value": [145, 110]}, "low < high"),
        (SPAN | {"near": 11}, "near <= acceptable"),
        (ERROR | {"tolerance": 3}, "tolerance"),
        (ERROR | {"kind": "about"}, "about"),
        (COUNT | {"value": -1}, "value"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule, message):
    with pytest.raises(ConfigError, match=message):
        claims_of(rule)


def test_an_identifier_that_occurs_twice_is_refused():
    content = read_yaml(RULES)
    content["claims"].append(content["claims"][0])
    with pytest.raises(ConfigError, match="'C1' occurs twice"):
        validated(Claims, content, "claims.yaml")


def shipped_metrics(claims, value=1.0):
    """Every metric that the shipped rules name."""
    names = set()
    for claim in claims.claims:
        for key in ("metric", "literal", "baseline"):
            given = getattr(claim.rule, key, None)
            names.update([given] if isinstance(given, str) else given or [])
    return dict.fromkeys(sorted(names), value)


def test_shipped_rules_cover_all_ten_claims_of_the_paper():
    claims = load_claims(RULES)
    assert {claim.id.rstrip("abcde") for claim in claims.claims} == {f"C{k}" for k in range(1, 11)}
    for claim in claims.claims:
        assert claim.rule.sentence(claim.unit).endswith(".")
        bound = getattr(claim.rule, "value", None)
        if isinstance(bound, float | int) and claim.paper != "stated, no figure":
            assert float(claim.paper) == bound


def test_shipped_rules_tell_a_good_run_from_a_bad_one():
    claims = load_claims(RULES)
    good = shipped_metrics(claims) | {
        "n_spectra": 1000,
        "literature_inside": 0.95,
        "reconstruction_rmse_normalised": 0.02,
        "sigma_mae_s_cm": 1.5e-5,
        "ea_series_rmse_kj_mol": 1.0,
        "ea_single_rmse_kj_mol": 4.9,
        "ea_mean_baseline_rmse_kj_mol": 5.0,
        "speedup_circuit_fit": 12.0,
        "hyperscore_min": 108.0,
        "hyperscore_max": 143.0,
    }
    verdicts = judge(claims, good).set_index("id")["verdict"]
    assert verdicts["C1"] == verdicts["C8a"] == "reproduced"
    assert verdicts["C3a"] == verdicts["C4"] == verdicts["C5a"] == verdicts["C7a"] == "exceeded"
    assert verdicts["C5b"] == verdicts["C9"] == "acceptable difference"
    assert verdicts["C2b"] == verdicts["C8b"] == verdicts["C6a"] == verdicts["C10"] == "not testable"
    bad = good | {"sigma_mae_s_cm": 1e-4, "pairs_correct": 0.8, "n_spectra": 40, "ea_series_rmse_kj_mol": 30.0}
    verdicts = judge(claims, bad).set_index("id")["verdict"]
    assert set(verdicts[["C1", "C4", "C5a", "C7a"]]) == {"not reproduced"}


@pytest.mark.parametrize(
    ("times", "expected"),
    [(5.1, "acceptable difference"), (11.0, "reproduced"), (22.0, "reproduced"), (44.0, "exceeded")],
)
def test_the_verdict_on_speed_does_not_hang_on_a_factor_of_two(times, expected):
    """The same machine has timed 17 and 22: doubled or halved by chance, ten times stays ten times."""
    claims = load_claims(RULES)
    metrics = shipped_metrics(claims) | {"speedup_circuit_fit": times}
    assert judge(claims, metrics).set_index("id").loc["C8a", "verdict"] == expected


def test_shipped_reasons_hold_for_runs_of_any_size():
    for claim in load_claims(RULES).claims:
        assert not re.search(r"\b1000\b", claim.rule.sentence(claim.unit)) or claim.id == "C1", claim.id


def test_the_file_is_written_whole_and_errors_name_the_metrics_file(tmp_path):
    metrics = shipped_metrics(load_claims(RULES))
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    write_claims(RULES, tmp_path / "metrics.json", tmp_path / "claims.csv")
    table = pd.read_csv(tmp_path / "claims.csv", dtype=str, keep_default_na=False)
    assert list(table.columns) == COLUMNS and set(table["verdict"]) <= set(VERDICTS)
    del metrics["sigma_mae_s_cm"]
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    with pytest.raises(InputDataError, match=r"metrics\.json: claim C4: metric 'sigma_mae_s_cm' is missing"):
        write_claims(RULES, tmp_path / "metrics.json", tmp_path / "other.csv")
    assert not (tmp_path / "other.csv").exists()

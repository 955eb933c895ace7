"""The ranking and the proposals: order, intervals and probabilities against what is known in closed form."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from ionscope.errors import InputDataError
from ionscope.measure import Z90
from ionscope.rank.hyperscore import CARDS, Anchor, hyperscore, load_anchor, load_card
from ionscope.rank.predictive import Predictive, ranks
from ionscope.rank.propose import Error, propose, shared_error, write_proposals
from ionscope.rank.ranking import COLUMNS, rank, write_ranking

CONFIG = Path(__file__).parents[2] / "config"
ANCHOR = load_anchor(CONFIG)
BY_NAME = {name: load_card(CONFIG, name) for name in CARDS}


def cold_anchor(**values):
    content = ANCHOR.model_dump()
    for key, value in values.items():
        content[key]["value"] = value
    return Anchor.model_validate(content)


def series_of(log10_sigma, sd, ea=0.35, ea_sd=0.01, materials=("llzo", "lcto")):
    """A table of series with normal 90 % intervals; truth equal to the estimate."""
    n = len(log10_sigma)
    log10_sigma, sd, ea = np.asarray(log10_sigma), np.broadcast_to(sd, n), np.broadcast_to(ea, n)
    return pd.DataFrame(
        {
            "specimen": [f"specimen-{k:02d}" for k in range(n)],
            "material": [materials[k % len(materials)] for k in range(n)],
            "electrode": "blocking",
            "role": "test",
            "ea_true": ea,
            "ea": ea,
            "ea_lower": ea - Z90 * ea_sd,
            "ea_upper": ea + Z90 * ea_sd,
            "sigma_25c_true": 10**log10_sigma,
            "sigma_25c": 10**log10_sigma,
            "sigma_25c_lower": 10 ** (log10_sigma - Z90 * sd),
            "sigma_25c_upper": 10 ** (log10_sigma + Z90 * sd),
        }
    )


def ranked(series, anchor=ANCHOR, **options):
    return rank(series, BY_NAME, anchor, seed=7, **options)


def test_one_row_a_specimen_and_one_a_material():
    table = ranked(series_of(np.linspace(-5, -3, 9), 0.05))
    assert list(table.columns) == COLUMNS
    assert table["kind"].value_counts().to_dict() == {"specimen": 9, "material": 2}
    specimens = table[table["kind"] == "specimen"]
    assert list(specimens["rank"]) == list(range(1, 10))
    assert list(specimens["name"]) == [f"specimen-{k:02d}" for k in range(8, -1, -1)]
    assert specimens["score_text"].is_monotonic_decreasing
    assert specimens["score_text"].to_numpy() == pytest.approx(specimens["score_appendix_a"].to_numpy())
    assert specimens["true_score"].to_numpy() == pytest.approx(specimens["score_text"].to_numpy())


def test_score_interval_is_the_score_of_the_interval():
    series = series_of([-4.0, -3.4], [0.02, 0.2])
    table = ranked(series, draws=100_000).query("kind == 'specimen'").sort_values("name")
    for column, bound in (("lower", "sigma_25c_lower"), ("upper", "sigma_25c_upper")):
        expected = hyperscore(series[bound].to_numpy(), BY_NAME["text"], ANCHOR)
        assert table[column].to_numpy() == pytest.approx(expected, abs=0.05)
    assert table["sigma_lower"].to_numpy() == pytest.approx(series["sigma_25c_lower"].to_numpy(), rel=0.02)


@settings(max_examples=25, deadline=None)
@given(st.floats(-1, 1), st.floats(0.01, 0.5))
def test_probability_above_the_threshold_in_closed_form(distance, sd):
    series = series_of([np.log10(ANCHOR.sigma_target) + distance], sd, materials=("llzo",))
    got = ranked(series)["p_above_130"].iloc[0]
    assert got == pytest.approx(ndtr(distance / sd), abs=0.025)


def test_a_specimen_keeps_its_draws_whoever_else_is_ranked():
    series = series_of(np.linspace(-5, -3, 8), 0.1)
    whole = ranked(series).set_index("name")
    alone = ranked(series.iloc[[3]]).set_index("name")
    shuffled = ranked(series.sample(frac=1, random_state=1)).set_index("name")
    for column in ("lower", "upper", "p_above_130"):
        assert alone.loc["specimen-03", column] == whole.loc["specimen-03", column]
    pd.testing.assert_frame_equal(whole.query("kind == 'specimen'"), shuffled.query("kind == 'specimen'"))


def test_rank_intervals_of_two_specimens_that_cannot_be_told_apart():
    table = ranked(series_of([-4.0, -4.001, -5.0], 0.05)).query("kind == 'specimen'")
    assert table[["rank_lower", "rank_upper"]].to_numpy().tolist() == [[1, 2], [1, 2], [3, 3]]


def test_material_rows_hold_the_median_specimen_and_the_spread():
    log10_sigma = [-5.0, -4.0, -3.0, -4.5, -4.4, -4.3]
    table = ranked(series_of(log10_sigma, 0.001, materials=("wide",) * 3 + ("narrow",) * 3)).set_index("name")
    assert table.loc["wide", "sigma_25c"] == pytest.approx(1e-4)
    assert table.loc["narrow", "sigma_25c"] == pytest.approx(10**-4.4)
    assert table.loc["wide", "sigma_lower"] == pytest.approx(1e-5, rel=0.02)
    assert table.loc["wide", "p_above_130"] == pytest.approx(1 / 3, abs=1e-6)
    assert table.loc["wide", "rank"] == 1
    # Three pellets each do not settle which material is better: resampling them turns the order round now and then.
    assert table.loc["wide", ["rank_lower", "rank_upper"]].tolist() == [1, 2]


def test_cold_use_turns_the_order_by_activation_energy():
    series = series_of([-4.0, -4.05], 0.001, ea=np.array([0.45, 0.30]))
    assert ranked(series)["name"].iloc[0] == "specimen-00"
    assert ranked(series, cold_anchor(t_use_c=-20))["name"].iloc[0] == "specimen-01"


def test_correlation_of_the_errors_widens_a_cold_score():
    series = series_of([-4.0], 0.1, ea_sd=0.02, materials=("llzo",))
    widths = []
    for correlation in (0, -0.9):
        row = ranked(series, cold_anchor(t_use_c=-20, correlation=correlation)).iloc[0]
        widths.append(row["upper"] - row["lower"])
    assert widths[1] > 1.2 * widths[0]


def test_ranks_count_from_the_largest():
    assert ranks(np.array([[0.1, 0.3, 0.2], [5.0, 4.0, 6.0]])).tolist() == [[3, 1, 2], [2, 3, 1]]


def test_unknown_truth_and_missing_ea_leave_empty_cells():
    series = series_of([-4.0, -3.0], 0.1).drop(columns=["sigma_25c_true", "ea_true"])
    series[["ea", "ea_lower", "ea_upper"]] = np.nan
    table = ranked(series)
    assert table["true_score"].isna().all() and table["ea_ev"].isna().all() and table["score_text"].notna().all()
    with pytest.raises(InputDataError, match=r"no activation energy to carry .* to -20 C"):
        ranked(series, cold_anchor(t_use_c=-20))


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("sigma_25c", -1e-4, "'specimen-00': conductivity -0.0001"),
        ("sigma_25c_lower", np.nan, "interval nan"),
        ("sigma_25c_upper", 1e-9, "interval"),
    ],
)
def test_a_series_that_cannot_be_ranked_is_named(column, value, message):
    series = series_of([-4.0, -3.0], 0.1)
    series.loc[0, column] = value
    with pytest.raises(InputDataError, match=message):
        ranked(series)


def test_missing_columns_repeats_and_empty_tables_are_named():
    series = series_of([-4.0, -3.0], 0.1)
    with pytest.raises(InputDataError, match="lacks the columns ea_upper"):
        ranked(series.drop(columns="ea_upper"))
    with pytest.raises(InputDataError, match="lacks the column material"):
        ranked(series.drop(columns="material"))
    with pytest.raises(InputDataError, match="'specimen-00' occurs twice"):
        ranked(pd.concat([series, series.iloc[[0]]]))
    with pytest.raises(InputDataError, match="no specimens"):
        ranked(series.iloc[:0])


def test_the_file_holds_the_test_specimens(tmp_path):
    series = series_of(np.linspace(-5, -3, 6), 0.1)
    series.loc[:1, "role"] = "train"
    series.to_csv(tmp_path / "series.csv", index=False)
    write_ranking(tmp_path / "series.csv", CONFIG, tmp_path / "ranking.csv", seed=3)
    first = (tmp_path / "ranking.csv").read_bytes()
    table = pd.read_csv(tmp_path / "ranking.csv")
    assert (table["kind"] == "specimen").sum() == 4
    write_ranking(tmp_path / "series.csv", CONFIG, tmp_path / "ranking.csv", seed=3)
    assert (tmp_path / "ranking.csv").read_bytes() == first
    everything = write_ranking(tmp_path / "series.csv", CONFIG, tmp_path / "all.csv", seed=3, role=None)
    assert (everything["kind"] == "specimen").sum() == 6
    with pytest.raises(InputDataError, match="no specimens of role 'other'"):
        write_ranking(tmp_path / "series.csv", CONFIG, tmp_path / "x.csv", seed=3, role="other")


def predictions_of(own, shared, specimens=400, temperatures=5, seed=0):
    rng = np.random.default_rng(seed)
    error = shared * rng.normal(size=(specimens, 1)) + own * rng.normal(size=(specimens, temperatures))
    names = np.repeat([f"s{k}" for k in range(specimens)], temperatures)
    return pd.DataFrame({"specimen": names, "sigma_true": 1e-4, "sigma": 1e-4 * 10 ** error.ravel()})


@pytest.mark.parametrize(("own", "shared"), [(0.02, 0.01), (0.01, 0.05), (0.02, 0.0)])
def test_shared_error_is_told_from_the_spectrum_own(own, shared):
    got = shared_error(predictions_of(own, shared))
    assert got.own == pytest.approx(own, rel=0.05)
    assert got.shared == pytest.approx(shared, abs=0.004)
    with pytest.raises(InputDataError, match="two spectra"):
        shared_error(predictions_of(own, shared, temperatures=1))


def test_the_proposal_is_the_uncertain_one_among_close_rivals():
    # 0 and 1 are rivals, 1 the vaguer; 2 is just as vague but far from both.
    table = propose(series_of([-4.0, -4.01, -6.0], [0.02, 0.08, 0.08]), [25.0, 85.0], ANCHOR, Error(0.02, 0.0))
    best = table.iloc[0]
    assert (best["specimen"], best["temperature_c"]) == ("specimen-01", 25.0)
    assert table.query("specimen == 'specimen-02'")["wrong_pairs_removed"].max() < 1e-9
    assert best["wrong_pairs"] == pytest.approx(ndtr(-0.01 / np.hypot(0.02, 0.08)), rel=1e-6)
    # Inverse variances add up when sigma is read at the very temperature of use.
    assert best["sd_after"] == pytest.approx((0.08**-2 + 0.02**-2) ** -0.5, rel=1e-9)


def test_cold_use_asks_for_the_temperature_that_fixes_the_slope():
    anchor = cold_anchor(t_use_c=-20)
    series = series_of([-4.0, -4.0], [0.01, 0.01], ea_sd=0.03)
    best = propose(series, [25.0, 55.0, 85.0], anchor, Error(0.01, 0.0)).iloc[0]
    assert best["temperature_c"] == 85.0


def test_shared_errors_leave_nothing_to_gain():
    series = series_of([-4.0, -4.01], 0.05)
    assert propose(series, [25.0], ANCHOR, Error(0.02, 1.0))["wrong_pairs_removed"].max() == pytest.approx(0, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-5, -3), st.floats(0.005, 0.3)), min_size=2, max_size=6),
    st.floats(0.005, 0.3),
    st.floats(0, 0.2),
)
def test_measuring_never_hurts_on_average(specimens, own, shared):
    log10_sigma, sd = map(np.array, zip(*specimens, strict=True))
    table = propose(series_of(log10_sigma, sd), [25.0, 85.0], ANCHOR, Error(own, shared))
    assert (table["wrong_pairs_removed"] >= -0.01).all()
    assert (table["sd_after"] <= table["sd"] + 1e-12).all()
    assert table["wrong_pairs_removed"].is_monotonic_decreasing


def test_proposals_are_written_for_the_test_specimens(tmp_path):
    series = series_of([-4.0, -4.01, -4.02], 0.05)
    series.loc[2, "role"] = "train"
    predictions = predictions_of(0.02, 0.01, specimens=20).assign(
        temperature=[298.15, 313.15, 328.15, 343.15, 358.15] * 20
    )
    series.to_csv(tmp_path / "series.csv", index=False)
    predictions.to_csv(tmp_path / "predictions.csv", index=False)
    write_proposals(tmp_path / "series.csv", tmp_path / "predictions.csv", CONFIG, tmp_path / "proposals.csv")
    table = pd.read_csv(tmp_path / "proposals.csv")
    assert set(table["specimen"]) == {"specimen-00", "specimen-01"}
    assert set(table["temperature_c"]) == {25, 40, 55, 70, 85}
    with pytest.raises(InputDataError, match="no specimens of role 'other'"):
        write_proposals(tmp_path / "series.csv", tmp_path / "predictions.csv", CONFIG, tmp_path / "x.csv", role="other")


def test_predictive_reads_intervals_as_normal():
    predictive = Predictive.from_series(series_of([-4.0, -3.0], [0.1, 0.2], ea_sd=0.02))
    assert predictive.log10_sigma_sd == pytest.approx([0.1, 0.2])
    assert predictive.ea_sd == pytest.approx([0.02, 0.02])
    assert len(predictive) == 2

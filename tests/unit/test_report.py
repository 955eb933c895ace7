"""The report: stands alone, shows what the files hold, names what is missing, and is the same for the same files."""

import json
import re
import shutil
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from fabricated_run import CONFIG, write_run
from matplotlib.figure import Figure

from ionscope.config import READER, read_yaml
from ionscope.errors import InputDataError
from ionscope.io.dataset import read_dataset
from ionscope.report import figures, html, markup
from ionscope.report.figures import accuracy, learning, outcome, shares, spectra, style
from ionscope.report.html import build_report
from ionscope.report.page import Page
from ionscope.report.run_folder import RunFolder
from ionscope.report.sections.accuracy import (
    BELOW_ONE,
    ablations,
    accuracy_all,
    accuracy_groups,
    against_the_limit,
    fresh,
    parity_literal,
    with_ratio,
)
from ionscope.report.sections.band import bands, side_by_side
from ionscope.report.sections.learning import bandwidth, settings, training
from ionscope.report.sections.opening import can_and_cannot
from ionscope.report.sections.trust import corruptions, left_out

SECTIONS = (
    "claims method dataset verification gallery smoothing reconstruction latent training parity residuals coverage "
    "trust bands pairs arrhenius peers reader measured literature ranking accuracy provenance"
).split()
FIGURES = (
    "arrhenius bands bandwidth bode convergence coverage energy latent literature_energy literature_ranges nearest "
    "nyquist pairs parity parity_literal peers ranking reconstruction reconstruction_error residuals smoothing timing "
    "training"
).split()
VOID = {"meta", "br", "hr", "img", "input", "link", "wbr"}


class Document(HTMLParser):
    """Tags with their attributes, text, and a check that every element is closed in order."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.texts = [], [], []
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, data):
        if not (self.open and self.open[-1] == "style"):
            self.texts.append(data)

    def attributes(self, name):
        return [attrs[name] for _, attrs in self.elements if name in attrs]

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.texts))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("results") / "fabricated")


@pytest.fixture(scope="module")
def page(run):
    return build_report(run, run / "report", CONFIG)


@pytest.fixture(scope="module")
def document(page):
    return Document(page.read_text(encoding="utf-8"))


def test_every_section_is_there_in_order_and_in_the_contents(document):
    assert [attrs["id"] for tag, attrs in document.elements if tag == "section"] == SECTIONS
    links = [attrs["href"] for tag, attrs in document.elements if tag == "a"]
    assert links == [f"#{name}" for name in SECTIONS]
    assert "Not shown" not in document.text


def test_nothing_refers_outside_the_page(page, document):
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"https?:|//[a-z]+\.|@import|<script|<link|<iframe|url\((?!#)", text)
    for reference in document.attributes("href") + document.attributes("src") + document.attributes("xlink:href"):
        assert reference.startswith(("#", "data:image/png;base64,")), reference


def test_identifiers_are_unique_and_every_reference_has_its_target(page, document):
    identifiers = document.attributes("id")
    assert len(identifiers) == len(set(identifiers))
    text = page.read_text(encoding="utf-8")
    targets = {name[1:] for name in document.attributes("href") if name.startswith("#")}
    targets |= set(re.findall(r"url\(#([^)]+)\)", text))
    assert targets <= set(identifiers)


def test_every_figure_is_inlined_and_has_its_data_beside_it(run, document):
    assert {attrs["id"] for tag, attrs in document.elements if tag == "figure"} == {
        f"figure-{name}" for name in FIGURES
    }
    drawings = [attrs for tag, attrs in document.elements if tag == "svg"]
    assert len(drawings) == len(FIGURES) and all(attrs["role"] == "img" and attrs["aria-label"] for attrs in drawings)
    folder = run / "report/figures"
    assert {path.stem for path in folder.glob("*.svg")} == {path.stem for path in folder.glob("*.csv")} == set(FIGURES)
    for path in folder.glob("*.svg"):
        height = float(ElementTree.parse(path).getroot().get("height").removesuffix("pt")) * 96 / 72
        assert height <= style.MAX_HEIGHT, path


def test_tables_have_captions_and_headings(document):
    tables = [tag for tag, _ in document.elements if tag == "table"]
    assert len(tables) == sum(tag == "caption" for tag, _ in document.elements) > 10
    assert all(attrs.get("scope") == "col" for tag, attrs in document.elements if tag == "th")


def test_claims_come_first_with_verdicts_in_words_and_colour(run, page, document):
    claims = pd.read_csv(run / "claims.csv", dtype=str, keep_default_na=False)
    cells = [attrs["class"] for tag, attrs in document.elements if tag == "td" and "verdict" in attrs.get("class", "")]
    assert cells == ["verdict " + verdict.replace(" ", "-") for verdict in claims["verdict"]]
    for verdict, claim in zip(claims["verdict"], claims["claim"], strict=True):
        assert verdict in document.text and claim in document.text
    assert "ea_mean_baseline_rmse_kj_mol" in document.text  # the rules stand below the table
    assert f".{cells[0].split()[1]} " in page.read_text(encoding="utf-8")


def only(monkeypatch, *anchors):
    """Build pages of these sections alone, which is quicker."""
    monkeypatch.setattr(html, "SECTIONS", [section for section in html.SECTIONS if section.anchor in anchors])


def test_measured_spectra_stand_beside_what_is_published(document):
    assert "1250 (1200–1300)" in document.text and "1234.5" in document.text and "+1.3%" in document.text
    assert "below/ pellet.txt" in document.text
    assert "no pellet" in document.text and "not on the page" not in document.text
    assert "1 further sweeps without a published value" in document.text


def test_a_run_without_measured_spectra_has_no_section_for_them(run, tmp_path, monkeypatch):
    only(monkeypatch, "measured", "literature")
    copy = shutil.copytree(run, tmp_path / run.name, ignore=shutil.ignore_patterns("report", "measured.csv"))
    document = Document(build_report(copy, tmp_path / "out", CONFIG).read_text(encoding="utf-8"))
    assert [attrs["id"] for tag, attrs in document.elements if tag == "section"] == ["literature"]
    assert "measured.csv" not in document.text


def test_the_literature_is_judged_on_the_page(document):
    assert "inside" in document.text and "Without any measurement" in document.text
    assert "LCTO (hypothetical) is hypothetical: no measurement can validate it" in document.text


def test_a_changed_metric_changes_the_page(run, page, tmp_path, monkeypatch):
    only(monkeypatch, "claims", "method")
    before = Document(page.read_text(encoding="utf-8")).text
    assert "0.0213 decades" in before and "4.37 kJ/mol" in before and "met here without looking" in before
    copy = shutil.copytree(run, tmp_path / run.name, ignore=shutil.ignore_patterns("report"))
    metrics = json.loads((copy / "evaluation/metrics.json").read_text())
    metrics |= {"sigma_log10_rmse": 0.0876, "ea_mean_baseline_rmse_kj_mol": 16.5, "literal_sigma_mae_s_cm": None}
    (copy / "evaluation/metrics.json").write_text(json.dumps(metrics))
    after = Document(build_report(copy, tmp_path / "out", CONFIG).read_text(encoding="utf-8")).text
    assert "0.0876 decades" in after and "0.0213" not in after
    assert "16.5 kJ/mol" in after and "is not met without looking at a spectrum" in after
    assert "and (not in this run), and" in after


def test_the_same_files_give_the_same_bytes(run, page, tmp_path):
    again = build_report(run, tmp_path / "again", CONFIG)
    assert again.read_bytes() == page.read_bytes()
    for name in FIGURES:
        for suffix in (".svg", ".csv"):
            first, second = (folder / "figures" / (name + suffix) for folder in (page.parent, again.parent))
            assert first.read_bytes() == second.read_bytes(), first


def test_a_run_without_its_files_is_reported_by_their_names(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    document = Document(build_report(empty, tmp_path / "out", tmp_path / "no-config").read_text(encoding="utf-8"))
    sections = [attrs["id"] for tag, attrs in document.elements if tag == "section"]
    assert sections == [name for name in SECTIONS if name != "measured"]  # few runs have measured spectra
    for name in (
        "claims.csv",
        "config/claims.yaml",
        "data/card.json",
        "preprocess/split.csv",
        "preprocess/ingested.nc",
        "preprocess/smoothing.csv",
        "evaluation/reconstruction_examples.csv",
        "evaluation/reconstruction.csv",
        "evaluation/latent.csv",
        "models/joint/final/history.csv",
        "models/joint/final/bandwidth.csv",
        "predictions/joint.csv",
        "predictions/literal.csv",
        "evaluation/pairs.csv",
        "evaluation/timing.csv",
        "evaluation/peers.csv",
        "reader/metrics.json",
        "ranking.csv",
        "proposals.csv",
        "evaluation/accuracy.csv",
        "provenance.json",
    ):
        assert f"this run has no file {name}." in document.text, name


def test_a_missing_file_leaves_the_rest(run, tmp_path, monkeypatch):
    only(monkeypatch, "dataset", "latent", "parity", "provenance")
    copy = shutil.copytree(run, tmp_path / "run", ignore=shutil.ignore_patterns("report"))
    names = ["data/card.json", "evaluation/latent.csv", "predictions/literal.csv"]
    for name in names:
        (copy / name).unlink()
    document = Document(build_report(copy, tmp_path / "out", CONFIG).read_text(encoding="utf-8"))
    assert re.findall(r"this run has no file (\S+)\.", document.text) == names
    assert [attrs["id"] for tag, attrs in document.elements if tag == "figure"] == ["figure-parity", "figure-energy"]


def test_spectra_are_read_back_where_the_simulated_ones_are_missing(run, page, tmp_path, monkeypatch):
    only(monkeypatch, "gallery")
    copy = shutil.copytree(run, tmp_path / "run", ignore=shutil.ignore_patterns("report"))
    (copy / "data/spectra.nc").rename(copy / "preprocess/ingested.nc")
    build_report(copy, tmp_path / "out", CONFIG)
    assert (tmp_path / "out/figures/nyquist.csv").read_bytes() == (run / "report/figures/nyquist.csv").read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("evaluation/pairs.csv", "variant,kind\njoint,all\n", "pairs: missing column n, correct, lower, upper"),
        ("evaluation/pairs.csv", "variant,kind,n,correct,lower,upper\n", "pairs: no rows to show"),
        ("evaluation/pairs.csv", "", "pairs.csv: not a readable table"),
        ("data/card.json", "{", "card.json: not valid JSON"),
    ],
)
def test_a_damaged_file_is_an_error_that_names_it(run, tmp_path, monkeypatch, name, content, message):
    only(monkeypatch, "dataset", "pairs")
    copy = shutil.copytree(run, tmp_path / "run", ignore=shutil.ignore_patterns("report"))
    (copy / name).write_text(content)
    with pytest.raises(InputDataError, match=re.escape(message)):
        build_report(copy, tmp_path / "out", CONFIG)


def test_a_run_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputDataError, match="no such folder"):
        build_report(tmp_path / "nowhere", tmp_path / "out", CONFIG)


# Figures show what their CSV says, and nothing else.


def read(run, name):
    return pd.read_csv(run / name)


def shown(run, name):
    return pd.read_csv(run / f"report/figures/{name}.csv")


def lines(panel):
    return [np.column_stack(line.get_data()) for line in panel.lines]


def assert_drawn(panel, expected):
    """One of the lines or point clouds of `panel` holds exactly `expected` (n, 2)."""
    clouds = lines(panel) + [np.asarray(cloud.get_offsets()) for cloud in panel.collections if len(cloud.get_offsets())]
    assert any(cloud.shape == np.shape(expected) and np.allclose(cloud, expected, rtol=1e-6) for cloud in clouds)


def test_gallery_shows_the_points_of_the_set(run, page):
    data, whole = shown(run, "nyquist"), read_dataset(run / "data/spectra.nc")
    assert data.equals(shown(run, "bode"))
    assert data.groupby(["material", "electrode"])["specimen"].nunique().tolist() == [2, 2, 2, 2]
    first = data[(data["specimen"] == data["specimen"][0]) & (data["temperature_c"] == 25)]
    index = np.flatnonzero((whole["specimen"] == data["specimen"][0]) & np.isclose(whole["temperature"], 298.15))[0]
    z = whole.impedance[index] * whole["area"][index]
    assert first["z_real_ohm_cm2"].to_numpy() == pytest.approx(z.real, rel=1e-6)
    assert first["minus_z_imag_ohm_cm2"].to_numpy() == pytest.approx(-z.imag, rel=1e-6)
    assert first["phase_deg"].to_numpy() == pytest.approx(np.degrees(np.angle(z)), rel=1e-6)
    with style.styled("test"):
        nyquist, bode = spectra.draw_nyquist(data).axes, spectra.draw_bode(data).axes
    assert_drawn(nyquist[0], first[["z_real_ohm_cm2", "minus_z_imag_ohm_cm2"]].to_numpy())
    assert_drawn(bode[0], first[["frequency_hz", "modulus_ohm_cm2"]].to_numpy())


def test_parity_shows_held_out_spectra_only(run, page):
    data, predictions = shown(run, "parity"), read(run, "predictions/joint.csv")
    test = predictions[predictions["role"] == "test"]
    assert data["sigma"].to_numpy() == pytest.approx(test["sigma"].to_numpy(), rel=1e-6)
    drawn = accuracy.draw_parity(data).axes[0]
    part = data.query("material == 'llzo' and electrode == 'lithium'")
    assert_drawn(drawn, part[["sigma_true", "sigma"]].to_numpy())
    residual = np.log10(test["sigma"] / test["sigma_true"]).to_numpy()
    assert shown(run, "residuals")["residual_decades"].to_numpy() == pytest.approx(residual, rel=1e-5, abs=1e-8)


def test_energy_shows_both_tasks_beside_the_mean(run, page):
    data, series = shown(run, "energy"), read(run, "predictions/joint_series.csv")
    mean = series["ea_true"][series["role"] == "train"].mean() * 96.48533212
    assert data["mean_of_training"].to_numpy() == pytest.approx(mean)
    drawn = accuracy.draw_energy(data)
    for panel, task in zip(drawn.axes, ("series", "single"), strict=True):
        part = data[data["task"] == task]
        error = np.sqrt(np.mean((part["ea_kj_mol"] - part["ea_true_kj_mol"]) ** 2))
        assert f"RMSE {error:.3g} kJ/mol" in panel.get_title()
        assert any(
            f"always the mean: {_rmse_of_mean(part):.3g}" in t.get_text() for t in panel.get_legend().get_texts()
        )


def _rmse_of_mean(part):
    return np.sqrt(np.mean((part["mean_of_training"] - part["ea_true_kj_mol"]) ** 2))


def test_coverage_counts_the_truths_inside(run, page):
    data, predictions = shown(run, "coverage"), read(run, "predictions/joint.csv")
    test = predictions[(predictions["role"] == "test") & (predictions["material"] == "llzo")]
    inside = ((test["sigma_true"] >= test["sigma_lower"]) & (test["sigma_true"] <= test["sigma_upper"])).mean()
    row = data[(data["quantity"] == "σ_total of a spectrum") & (data["value"] == "llzo")].iloc[0]
    assert row["inside"] == pytest.approx(inside) and row["specimens"] == 4 and row["n"] == 20
    assert (data["lower"] <= data["inside"] + 1e-9).all() and (data["inside"] <= data["upper"] + 1e-9).all()


def test_wilson_interval_against_a_known_value():
    lower, upper = shares.wilson(np.array([0.9]), np.array([10.0]))  # 9 of 10
    assert (lower[0], upper[0]) == pytest.approx((0.5958, 0.9821), abs=1e-3)
    assert shares.wilson(np.array([1.0]), np.array([5.0]))[1][0] == 1.0


def test_latent_plane_keeps_the_variance_and_a_sign():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(200, 1)) @ np.array([[3.0, -4.0, 0.0]]) + 0.01 * rng.normal(size=(200, 3))
    table = pd.DataFrame(points, columns=["z0", "z1", "z2"])
    plane, share = learning.latent_plane(table)
    assert share[0] > 0.99 and share.sum() <= 1 + 1e-12
    # the largest loading, that of z1, counts upwards
    assert np.corrcoef(plane["pc1"], points[:, 1])[0, 1] > 0.99
    flat, share = learning.latent_plane(table[["z0"]])
    assert (flat["pc2"] == 0).all() and share.tolist() == [1.0, 0.0]


def test_learning_figures_show_their_tables(run, page):
    history, trajectory = read(run, "models/joint/final/history.csv"), read(run, "models/joint/final/bandwidth.csv")
    pd.testing.assert_frame_equal(shown(run, "training"), history, rtol=1e-6)
    pd.testing.assert_frame_equal(shown(run, "bandwidth"), trajectory, rtol=1e-6)
    assert_drawn(learning.draw_training(history).axes[0], history[["step", "reconstruction"]].to_numpy())
    assert_drawn(learning.draw_bandwidth(trajectory).axes[0], trajectory[["step", "bandwidth"]].to_numpy())
    examples = shown(run, "reconstruction")
    assert examples["spectrum"].nunique() == learning.EXAMPLES
    first = examples[(examples["spectrum"] == examples["spectrum"][0]) & (examples["channel"] == "modulus")]
    assert_drawn(learning.draw_reconstruction(examples).axes[0], first[["grid", "reconstructed"]].to_numpy())
    chosen = shown(run, "smoothing").query("chosen")
    assert chosen[["window", "order"]].to_numpy().tolist() == [[5, 3]]
    assert len(shown(run, "reconstruction_error")) == len(read(run, "evaluation/reconstruction.csv"))


def test_an_encoder_that_learned_alone_has_no_kernel_loss_to_show(run, tmp_path):
    history = read(run, "models/joint/final/history.csv")
    history[["kernel_loss", "validation_error"]] = np.nan
    figures.figure_training(history, tmp_path / "training.svg")
    assert "reconstruction" in (tmp_path / "training.svg").read_text()


def test_a_long_training_stays_a_small_figure(tmp_path):
    rng, n = np.random.default_rng(0), 6000
    history = pd.DataFrame({"step": np.arange(n), "phase": "joint", "validation_error": np.nan, "learning_rate": 1e-3})
    for name in ("loss", "reconstruction", "kl", "kernel_loss"):
        history[name] = np.exp(rng.normal(size=n))
    assert figures.figure_training(history, tmp_path / "training.svg").stat().st_size < 300_000


def test_no_filter_can_be_the_choice(run, tmp_path):
    candidates = read(run, "preprocess/smoothing.csv")
    candidates.loc[0, ["window", "order"]] = np.nan
    figures.figure_smoothing(candidates, {"window": None, "order": None}, tmp_path / "smoothing.svg")
    assert pd.read_csv(tmp_path / "smoothing.csv").query("chosen")["error"].tolist() == [candidates["error"][0]]


def test_outcome_figures_show_their_tables(run, page):
    ranking = read(run, "ranking.csv")
    data = shown(run, "ranking")
    assert data["kind"].tolist()[:2] == ["material", "material"] and len(data) == len(ranking)
    bars = outcome.draw_ranking(data, 130.0).axes[0].patches
    tops = sorted(bar.get_x() + bar.get_width() for bar in bars)
    assert tops == pytest.approx(sorted(data["score_text"]), rel=1e-6)
    timing = read(run, "evaluation/timing.csv")
    drawn = outcome.draw_timing(timing).axes[0].lines[0].get_xdata()
    assert drawn == pytest.approx(timing["seconds_per_spectrum"].to_numpy())
    arrhenius = shown(run, "arrhenius")
    assert arrhenius.groupby("material")["specimen"].nunique().tolist() == [4, 4]
    own = arrhenius[arrhenius["specimen"] == arrhenius["specimen"][0]]
    line = np.polyfit(own["inverse_temperature_1000_k"], np.log(own["sigma_t_line"]), 1)[0]
    series = read(run, "predictions/joint_series.csv").set_index("specimen")
    assert -line * 1000 * 8.617333262e-5 == pytest.approx(series.loc[arrhenius["specimen"][0], "ea"], rel=1e-5)
    pd.testing.assert_frame_equal(shown(run, "pairs"), read(run, "evaluation/pairs.csv"))


def test_a_method_that_fails_has_a_curve_that_ends_below_one(run):
    peers = read(run, "evaluation/peers.csv")
    peers["relative_error"] = (peers["resistance"] / peers["resistance_true"] - 1).abs()
    peers.loc[peers["method"] == "impedance.py", "relative_error"] = np.nan
    drawn = outcome.draw_peers(peers).axes[0].lines
    ends = {line.get_label(): line.get_ydata()[-1] if len(line.get_ydata()) else 0.0 for line in drawn[:3]}
    assert ends == {"circuit fit": 1.0, "impedance.py": 0.0, "ionscope": 1.0}


def test_many_points_are_embedded_as_an_image(tmp_path):
    rng = np.random.default_rng(1)
    n = style.MANY_POINTS + 10
    names = {"specimen": "a", "material": "llzo", "electrode": "blocking", "role": "test", "temperature": 298.15}
    table = pd.DataFrame({"sigma_true": 10 ** rng.uniform(-5, -3, n)}).assign(**names)
    table["sigma"] = table["sigma_true"] * 1.01
    path = figures.figure_parity(table, tmp_path / "parity.svg")
    assert "data:image/png;base64," in path.read_text() and path.stat().st_size < 200_000
    assert len(pd.read_csv(tmp_path / "parity.csv")) == n


def test_a_figure_too_tall_or_of_another_kind_is_refused(tmp_path):
    with pytest.raises(ValueError, match="960 pixels high"):
        style.save_figure(Figure(figsize=(5, 10)), pd.DataFrame(), tmp_path / "tall.svg")
    with pytest.raises(ValueError, match=r"written as \.svg"):
        style.save_figure(Figure(), pd.DataFrame(), tmp_path / "figure.png")
    assert not list(tmp_path.iterdir())


def test_the_report_says_where_the_autoencoder_helps(document):
    words = document.text
    assert "Better: RMSE of Ea 2.1 against 3.1 (kernel_ridge)" in words
    assert "No different: RMSE of log10 σ 0.04 against 0.041 (kernel_ridge)" in words
    assert "Worse: its median 0.01 against 0.007 (kernel_ridge); its 95 % quantile 0.07 against 0.03" in words
    assert "0.041 ± 0.002" in words and "0.04 ±" not in words


def test_what_was_left_out_is_shown_or_said_not_to_have_been_asked_for(run, document, tmp_path):
    assert "was not asked for in this run" in document.text
    folder = tmp_path / "copy"
    shutil.copytree(run, folder)
    row = {"kind": "material", "value": "llzo", "n": 20, "rmse": 0.31, "flagged": 0.87, "auroc": 0.93}
    pd.DataFrame([row]).to_csv(folder / "evaluation/left_out.csv", index=False)
    text = Document(left_out(Page(RunFolder(folder, CONFIG), tmp_path))).text
    assert "Left out of the training" in text and "0.87" in text and "was not asked for" not in text


def test_fresh_specimens_are_shown_or_said_not_to_be_there(run, document, tmp_path):
    assert "no fresh specimens to check its intervals" in document.text
    folder = tmp_path / "copy"
    shutil.copytree(run, folder)
    row = {"quantity": "log10_sigma", "group": "all", "value_of_group": "all", "n_specimens": 800, "n": 4000}
    row |= {"coverage_90": 0.913, "rmse": 0.0123, "median": 0.004, "unit": "decades"}
    pd.DataFrame([row]).to_csv(folder / "evaluation/fresh.csv", index=False)
    text = Document(fresh(Page(RunFolder(folder, CONFIG), tmp_path))).text
    assert "on fresh specimens" in text and "0.913" in text and "no fresh specimens" not in text


def test_settings_that_read_held_out_folds_better_are_named(run, document, tmp_path):
    assert "(learning.search) and was not asked for in this run" in document.text
    folder = tmp_path / "copy"
    shutil.copytree(run, folder)
    table = pd.DataFrame(
        {
            "variant": "joint",
            "setting": "dvae.latent",
            "value": [6, 12, 24],
            "configured": [False, True, False],
            "difference": [0.004, 0.0, -0.003],
            "standard_error": [0.001, np.nan, 0.001],
        }
    )
    for factor, said in ((1, "two standard errors: dvae.latent = 24 of joint."), (2, "No other value is better")):
        table.assign(standard_error=factor * table["standard_error"]).to_csv(
            folder / "evaluation/settings.csv", index=False
        )
        assert said in Document(settings(Page(RunFolder(folder, CONFIG), tmp_path))).text


def test_corruptions_that_are_missed_are_named(document):
    assert "Less than half noticed: wrong units." in document.text
    assert "2 points off" in document.text


def test_whether_a_wrong_unit_is_noticed_is_told_as_it_is(run, document, tmp_path):
    assert "wrong unit are noticed in 6 % of spectra: this variant sees no more than the shape" in document.text
    folder = tmp_path / "copy"
    shutil.copytree(run, folder)
    table = pd.read_csv(folder / "evaluation/trust.csv", keep_default_na=False)
    table.loc[table["corruption"] == "wrong units", "detected_at_5_percent"] = 0.6
    table.to_csv(folder / "evaluation/trust.csv", index=False)
    text = Document(corruptions(Page(RunFolder(folder, CONFIG), tmp_path))).text
    assert "noticed in 60 % of spectra: it sees more of a spectrum than its shape" in text


def test_the_training_of_a_run_s_reader_and_a_recipe_of_another_name_are_found(run, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(run, folder)
    (folder / "reader").mkdir(exist_ok=True)
    (folder / "models/joint/final").rename(folder / "reader/trained")
    (folder / "predictions/literal.csv").rename(folder / "predictions/by_the_book.csv")
    page = Page(RunFolder(folder, CONFIG, READER, "by_the_book"), tmp_path)
    assert all("<svg" in draw(page) for draw in (training, bandwidth, parity_literal))


def answered_from_bands(folder, *answers):
    """Give a run these answers: variant, conductivity, end of the band / Hz, error."""
    names = ["variant", "conductivity", "frequency_max_hz", "log10_rmse"]
    both = {"electrode": ["all", "lithium"], "material": ["all", "llzo"]}
    rows = pd.DataFrame(answers, columns=names).merge(pd.DataFrame(both), how="cross")
    rows = rows.assign(n=8, log10_median=0.01, half_width_median=0.1, coverage_90=0.9, log10_rmse_without_spectrum=0.5)
    rows.to_csv(folder / "evaluation/conductivities.csv", index=False)
    return rows


def test_bands_show_the_error_of_one_model_and_name_it(run, tmp_path):
    folder = shutil.copytree(run, tmp_path / "copy")
    answers = [("enlarged", "sigma_total", 1e4, 0.13), ("joint", "sigma_total", 1e4, 0.19)]
    answers += [("reader", "sigma_total", 1e4, 0.013), ("bulk", "sigma_bulk", 1e3, 0.52)]
    answers += [("literal", "sigma_bulk", 1e4, 0.7), ("frozen", "sigma_total", 1e4, 0.6)]
    table = answered_from_bands(folder, *answers)
    page = Page(RunFolder(folder, CONFIG), tmp_path)  # the default is joint
    document = Document(bands(page))
    assert "all all total – 0.19 0.5" in document.text and "all all bulk 0.52 – 0.5" in document.text
    assert "total to 10000 Hz (variant joint) 90 %" in document.text
    assert "total conductivity from the band to 10000 Hz; bulk conductivity from the band to 1000 Hz." in document.text
    assert "boundary" not in document.text  # which nothing here answers
    assert set(pd.read_csv(tmp_path / "bands.csv")["variant"]) == {"joint", "bulk"}
    with pytest.raises(ValueError, match="duplicate"):
        side_by_side(table)
    assert "answers the bulk conductivity as well" in Document(can_and_cannot(page)).text


def test_several_bands_of_all_conductivities_are_told_at_once(run, tmp_path):
    folder = shutil.copytree(run, tmp_path / "copy")
    variants = read_yaml(CONFIG / "wideband.yaml")["learning"]["variants"]
    del variants["literal"]
    answers = [
        (name, variant.get("target", "sigma_total"), variant.get("frequency_max_hz", 1e6), 0.01 * k)
        for k, (name, variant) in enumerate(variants.items(), 1)
    ]
    table = answered_from_bands(folder, *answers)
    shown = side_by_side(table)
    assert list(shown) == ["electrode", "material", "conductivity", "to 10000 Hz", "to 1e+06 Hz", "without a spectrum"]
    assert shown["conductivity"].tolist() == 2 * ["bulk", "grain boundaries", "total"]  # as docs/bands.md has them
    assert shown["to 1e+06 Hz"].tolist() == pytest.approx(2 * [0.02, 0.03, 0.01])
    assert shown["to 10000 Hz"].tolist() == pytest.approx(2 * [0.05, 0.06, 0.04])
    text = Document(bands(Page(RunFolder(folder, CONFIG, "total"), tmp_path))).text
    assert "total, bulk and boundary conductivity from the band to 10000 Hz and to 1e+06 Hz." in text


@pytest.mark.parametrize(
    ("end", "said"), [(1e4, "end at 10000 Hz: conductivities of grain"), (1e6, "no variant of this run answers")]
)
def test_a_run_of_the_total_alone_says_why_there_is_no_more(run, tmp_path, end, said):
    folder = shutil.copytree(run, tmp_path / "copy")
    answered_from_bands(folder, ("joint", "sigma_total", end, 0.02))
    text = Document(can_and_cannot(Page(RunFolder(folder, CONFIG), tmp_path))).text
    assert said in text and "as well" not in text
    assert "from one band" in Document(bands(Page(RunFolder(folder, CONFIG), tmp_path))).text


@pytest.mark.parametrize(
    ("ours", "limit", "verdict"),
    [
        (2e-5, 1e-5, "is reached"),
        (6e-5, 1e-5, "a better learner or more training specimens"),
        (6e-5, 4e-5, "out of reach with these data"),
    ],
)
def test_the_report_says_whether_the_data_or_the_learner_is_short(run, tmp_path, ours, limit, verdict):
    folder = tmp_path / "copy"
    shutil.copytree(run, folder)
    path = folder / "evaluation/metrics.json"
    metrics = json.loads(path.read_text()) | {"sigma_mae_s_cm": ours, "limit_sigma_mae_s_cm": limit}
    path.write_text(json.dumps(metrics))
    text = Document(against_the_limit(Page(RunFolder(folder, CONFIG), tmp_path))).text
    assert text.count("The paper's 2.5·10⁻⁵ S/cm") == 1
    assert verdict in text


def test_accuracies_stand_beside_the_limit_of_the_same_group(run):
    table = read(run, "evaluation/accuracy.csv")
    limit = (table["variant"] == "information limit") & (table["value_of_group"] == "llzo")
    table.loc[limit, "rmse"] = 0.005
    found = with_ratio(table)
    joint = found[found["variant"] == "joint"].set_index(["group", "value_of_group"])["times_the_limit"]
    assert joint["material", "llzo"].tolist() == pytest.approx([4, 4])
    assert joint["all", "all"].tolist() == pytest.approx([2, 2])
    without = with_ratio(table[table["variant"] != "information limit"])
    assert without["times_the_limit"].isna().all()


def test_an_error_below_the_limit_is_explained_where_it_is_shown(run, document, tmp_path):
    assert BELOW_ONE not in document.text
    folder = shutil.copytree(run, tmp_path / "copy")
    page = Page(RunFolder(folder, CONFIG), tmp_path)
    path = folder / "evaluation/accuracy.csv"
    table = pd.read_csv(path)
    here = (table["variant"] == "joint") & (table["quantity"] == "ea_series")
    table.loc[here & table["value_of_group"].isin(["all", "llzo"]), "rmse"] = 0.0087
    table.to_csv(path, index=False)
    assert Document(accuracy_all(page)).text.count(BELOW_ONE) == 1  # of two tables
    assert BELOW_ONE in Document(accuracy_groups(page)).text
    assert BELOW_ONE not in Document(against_the_limit(page)).text
    assert BELOW_ONE not in Document(ablations(page)).text
    path = folder / "evaluation/ablations.csv"
    pd.read_csv(path).assign(ratio_to_limit=0.99).to_csv(path, index=False)
    assert BELOW_ONE in Document(ablations(page)).text
    path = folder / "evaluation/metrics.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"ratio_to_limit_mae_s_cm": 0.98}))
    assert BELOW_ONE in Document(against_the_limit(page)).text


# Pieces of HTML.


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.62e-5, "1.62·10⁻⁵"),
        (0.021346, "0.02135"),
        (1000, "1000"),
        (np.int64(7), "7"),
        (float("nan"), "–"),
        (None, "–"),
        (True, "yes"),
        ("text", "text"),
        (3.2e10, "3.2·10¹⁰"),
    ],
)
def test_numbers_are_written_as_people_write_them(value, text):
    assert markup.number(value) == text


def test_text_is_escaped():
    frame = pd.DataFrame({"<b>": ["<script>alert(1)</script>", "a & b"]})
    assert "<script>" not in markup.table(frame, "x < y") and "x &lt; y" in markup.table(frame, "x < y")
    assert "&lt;b&gt;" in markup.table(frame, "") and "a &amp; b" in markup.table(frame, "")
    assert "<i>" not in markup.paragraph("<i>") + markup.items([("<i>", "<i>")]) + markup.key_table({"<i>": "<i>"}, "")


def test_nested_keys_become_rows():
    text = markup.key_table({"a": {"b": 1, "c": [1.5, 2]}, "d": [{"e": None}]}, "keys")
    assert re.findall(r"<td>([^<]*)</td>", text) == ["a.b", "1", "a.c", "1.5, 2", "d.1.e", "–"]

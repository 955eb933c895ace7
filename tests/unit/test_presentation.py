"""What a variant sees of a set, which conductivity it answers, and how bands are set side by side."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from ionscope.config import Learning, Variant
from ionscope.dka.experiment import make_source
from ionscope.dka.presentation import presented, series_energies
from ionscope.errors import InputDataError
from ionscope.evaluate.conductivities import conductivity_table
from ionscope.preprocess.smoothing import Smoothing
from ionscope.simulate.arrhenius import arrhenius_factor


def test_by_default_a_set_is_shown_as_it_is(simulated):
    seen = presented(simulated, Variant())
    np.testing.assert_array_equal(seen.impedance, simulated.impedance)
    np.testing.assert_array_equal(seen["sigma_total"], simulated["sigma_total"])
    np.testing.assert_array_equal(seen["ea_total"], simulated["ea_total"])


def test_a_band_leaves_out_what_lies_above(simulated):
    seen = presented(simulated, Variant(frequency_max_hz=100.0))
    assert seen.frequency.max() <= 100.0 * (1 + 1e-9)
    n = seen.frequency.size
    assert 8 <= n < simulated.frequency.size
    np.testing.assert_array_equal(seen.impedance, simulated.impedance[:, :n])


def test_a_band_with_too_few_frequencies_is_refused(simulated):
    with pytest.raises(InputDataError, match=r"frequency_max_hz = 0.2.*at least 8"):
        presented(simulated, Variant(frequency_max_hz=0.2))


@pytest.mark.parametrize("target", ["sigma_bulk", "sigma_gb"])
def test_another_target_takes_the_place_of_the_total(simulated, target):
    seen = presented(simulated, Variant(target=target))
    np.testing.assert_array_equal(seen["sigma_total"], simulated[target])
    source = make_source(seen, Variant(target=target), Smoothing())
    expected = simulated["thickness"] / simulated["area"] / simulated[target]
    np.testing.assert_allclose(source.resistance, expected)
    np.testing.assert_array_equal(simulated["sigma_total"], presented(simulated, Variant())["sigma_total"])


def test_bulk_and_boundaries_in_series_are_the_total(simulated):
    total, bulk, boundaries = (
        presented(simulated, Variant(target=target))["sigma_total"]
        for target in ("sigma_total", "sigma_bulk", "sigma_gb")
    )
    np.testing.assert_allclose(1 / total, 1 / bulk + 1 / boundaries, rtol=1e-9)


def test_energies_of_a_series_are_those_that_it_was_made_with(simulated):
    names = simulated["specimen"].astype(str)
    ea = dict(zip(np.unique(names), np.linspace(0.2, 0.6, len(np.unique(names))), strict=True))
    true = np.array([ea[name] for name in names])
    sigma = 1e-4 * arrhenius_factor(true, simulated["temperature"])
    np.testing.assert_allclose(series_energies(simulated, sigma), true, rtol=1e-9)


def test_a_set_without_the_target_is_refused(simulated):
    bare = type(simulated)(simulated.data.drop_vars("sigma_gb"))
    with pytest.raises(InputDataError, match="no sigma_gb"):
        presented(bare, Variant(target="sigma_gb"))


@pytest.mark.parametrize("wrong", [{"target": "sigma_bulk"}, {"frequency_max_hz": 100.0}])
def test_the_variant_that_answers_must_see_all_and_answer_the_total(wrong):
    with pytest.raises(ValidationError, match="must answer sigma_total from the whole band"):
        Learning.model_validate({"variants": {"joint": wrong, "literal": {}}})


def predictions(error):
    """Two materials at two temperatures, half of the specimens for testing, all wrong by `error` decades."""
    rows = []
    for k in range(16):
        truth = 10 ** (-4.0 + (k % 2) + 0.1 * (k // 4))
        rows.append(
            {
                "role": "test" if k // 2 % 2 else "train",
                "electrode": "blocking",
                "material": "ab"[k % 2],
                "temperature": 298.15,
                "sigma_true": truth,
                "sigma": truth * 10**error,
                "sigma_lower": truth * 10 ** (error - 0.2),
                "sigma_upper": truth * 10 ** (error + 0.2),
            }
        )
    return pd.DataFrame(rows)


def test_bands_are_compared_by_their_errors():
    variants = {"narrow": Variant(frequency_max_hz=1e4), "wide": Variant()}
    table = conductivity_table({"narrow": predictions(0.3), "wide": predictions(-0.1)}, variants, 1e6)
    overall = table[table["electrode"] == "all"].set_index("variant")
    assert overall["frequency_max_hz"].to_dict() == {"narrow": 1e4, "wide": 1e6}
    assert overall.loc["narrow", "log10_rmse"] == pytest.approx(0.3)
    assert overall.loc["wide", "log10_median"] == pytest.approx(0.1)
    assert overall["coverage_90"].to_dict() == {"narrow": 0.0, "wide": 1.0}
    assert overall["half_width_median"].to_numpy() == pytest.approx(0.2)
    assert set(table["material"]) == {"all", "a", "b"}
    assert table["n"].tolist() == [8, 4, 4] * 2
    # Without a spectrum only the spread about the training median of the material is left.
    assert (table["log10_rmse_without_spectrum"] < 0.2).all()

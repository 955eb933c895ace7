"""What `fresh_cells.py` measures the reader on."""

from fresh_cells import measure, production

from ionscope.reader import Reader


def test_fresh_specimens_of_every_material_and_electrode_are_read():
    run = production()
    known = run.reader.populations["known"].model_copy(update={"materials": ["llzo_ta", "li3ps4"]})
    run = run.model_copy(update={"reader": run.reader.model_copy(update={"populations": {"known": known}})})
    bundle = Reader.load().bundle
    told, again, other = (measure(bundle, run, "known", 8, ["blocking", "lithium"], seed) for seed in (1, 1, 2))
    assert told == again != other
    assert 8 <= told["all"]["n"] <= 16
    assert told["blocking"]["n"] + told["lithium"]["n"] == told["all"]["n"]
    assert told["all"]["median"] < told["all"]["read_off_median"] + 0.01
    assert told["all"]["coverage_90"] > 0.5

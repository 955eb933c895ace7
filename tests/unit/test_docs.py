"""The documentation names what there is: every key of a configuration, every file of the house."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from ionscope.config import Learning, ReaderModel, Representing, RunConfig, Simulation, Variant
from ionscope.config.learning import Adapting, Autoencoding
from ionscope.config.run import Peers, Validation, Verification

ROOT = Path(__file__).parents[2]
MODELS = [
    RunConfig,
    Simulation,
    Learning,
    Variant,
    Representing,
    Autoencoding,
    Adapting,
    ReaderModel,
    Peers,
    Validation,
    Verification,
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_of_a_configuration_is_explained(model: type[BaseModel]):
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    unexplained = [key for key in model.model_fields if not re.search(rf"`[\w.]*\b{key}\b", page)]
    assert not unexplained


@pytest.mark.parametrize("page", sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]), ids=lambda path: path.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target

"""`ionscope materials` and `ionscope simulate`: what the workflow simulates, without Snakemake."""

from __future__ import annotations

import argparse

from ionscope.cli.codes import OK
from ionscope.cli.options import add_config
from ionscope.cli.outputs import Inputs, check_output


def add(commands) -> None:
    _add_materials(commands)
    _add_simulate(commands)


def _add_materials(commands) -> None:
    parser = commands.add_parser("materials", help="the materials there are, and where every figure comes from")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="one line a material")
    add_config(listing)
    listing.set_defaults(run=_list_materials)
    showing = actions.add_parser("show", help="every prior of one material with its source")
    showing.add_argument("name", help="as in the list")
    add_config(showing)
    showing.set_defaults(run=_show_material)


def _add_simulate(commands) -> None:
    parser = commands.add_parser(
        "simulate",
        help="simulate the spectra of a run's configuration into one file, without Snakemake",
        description="Simulate what a run's configuration describes; the same spectra as the workflow makes.",
    )
    parser.add_argument("file", metavar="RUN.yaml", help="configuration of a run, such as config/smoke.yaml")
    parser.add_argument("--output", required=True, metavar="FILE.nc", help="NetCDF file to write")
    add_config(parser)
    parser.set_defaults(run=_simulate)


def _list_materials(arguments: argparse.Namespace) -> int:
    from ionscope.simulate.library import list_materials

    columns = [
        "name",
        "label",
        "formula",
        "sigma_grain_25c_s_cm",
        "ea_grain_ev",
        "gb_share_25c",
        "assumed",
        "quantities",
    ]
    print(list_materials(arguments.config)[columns].to_string(index=False, float_format="{:.2g}".format))
    return OK


def _show_material(arguments: argparse.Namespace) -> int:
    from ionscope.config import load_material
    from ionscope.simulate.library import describe_material

    print(describe_material(load_material(arguments.config, arguments.name)), end="")
    return OK


def _simulate(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from ionscope.config import load_run, read_yaml
    from ionscope.io.dataset import write_dataset
    from ionscope.simulate.generate import Priors, n_specimens, simulate_specimens

    check_output(arguments.output, Inputs([arguments.file]))
    run = load_run(read_yaml(arguments.file), arguments.config, arguments.file, split=False)
    priors = Priors.load(arguments.config, run.materials, run.simulation.electrodes, run.simulation.cell)
    numbers = range(n_specimens(run.simulation, priors))
    spectra = simulate_specimens(
        run.simulation, priors, run.seed, numbers, lambda items: tqdm(items, desc="specimens", disable=None)
    )
    write_dataset(spectra, arguments.output)
    print(f"{arguments.output}: {len(spectra)} spectra of {len(numbers)} specimens")
    return OK

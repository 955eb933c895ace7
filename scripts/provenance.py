"""Record versions, machine, devices, seed, commit and the configuration beside the results."""

from common import run


def main(snakemake):
    import platform
    from importlib.metadata import distributions
    from pathlib import Path

    from ionscope.files import read_json, write_json
    from ionscope.origin import commit

    versions = {d.metadata["Name"]: d.version for d in distributions() if d.metadata["Name"]}
    results = Path(snakemake.input[0]).parent
    devices = {
        str(path.parent.relative_to(folder)): read_json(path)["about"].get("device")
        for folder, models in ((results / "models", "*/*/model.json"), (results, "reader/trained/model.json"))
        for path in sorted(folder.glob(models))
    }
    record = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "commit": commit(Path(__file__).parent),
        "seed": snakemake.params.run["seed"],
        "devices": devices,
        "versions": dict(sorted(versions.items(), key=lambda item: item[0].lower())),
        "configuration": snakemake.params.run,
    }
    write_json(snakemake.output[0], record)


if __name__ == "__main__":
    run(main, snakemake)

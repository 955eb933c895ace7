"""What every rule's script does first and last: one thread for numpy, a log, an error in one line."""

import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

# Before numpy is imported anywhere: several threads a job make small factorisations a hundred times slower.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from ionscope.errors import IonscopeError  # noqa: E402


def run(main: Callable[[Any], None], snakemake: Any) -> None:
    """Run a rule's `main` with its output in the rule's log; a user's error is one line, a bug a traceback."""
    with open(snakemake.log[0], "w", encoding="utf-8", buffering=1) as log:
        stdout, stderr = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = log
        try:
            main(snakemake)
        except IonscopeError as error:
            print(f"error: {error}", file=log)
            print(f"error: {error}", file=stderr)
            sys.exit(1)
        except Exception:
            traceback.print_exc(file=log)
            traceback.print_exc(file=stderr)
            sys.exit(1)
        finally:
            sys.stdout, sys.stderr = stdout, stderr


def progress_bar(total: int | None = None, description: str = "") -> Any:
    """A tqdm bar that writes to the log a few times a minute."""
    from tqdm import tqdm

    return tqdm(total=total, desc=description, mininterval=5.0, file=sys.stderr)


@contextmanager
def training_progress(description: str, events: Path | None = None) -> Iterator[Callable[..., None]]:
    """What a training tells of its steps, as a bar in the log and, with a folder `events`, for TensorBoard."""
    from ionscope.dvae.events import EventLog

    with ExitStack() as stack:
        log = stack.enter_context(closing(EventLog(events))) if events is not None else None
        bar = stack.enter_context(progress_bar(description=description))

        def show(step: int, total: int, row: dict[str, Any]) -> None:
            bar.total = total
            bar.set_postfix_str(row["phase"], refresh=False)
            bar.update(step - bar.n)
            if log is not None:
                log.add(row)

        yield show


def write_tables(tables: Iterable[tuple[Any, str]]) -> None:
    """Write tables (what a data frame is made of) as CSV, each whole or not at all."""
    import pandas as pd

    from ionscope.files import whole_file

    for table, path in tables:
        with whole_file(path) as temporary:
            pd.DataFrame(table).to_csv(temporary, index=False)


def read_learning_set(files: Any) -> Any:
    """The run's spectra of a rule's input, with the further ones where its variant learns from those."""
    import pandas as pd

    from ionscope.dka.learning_set import LearningSet
    from ionscope.io.dataset import read_dataset, read_datasets

    more = {name: read_datasets(files.get(name)) for name in ("further", "calibration") if files.get(name)}
    return LearningSet.of(read_dataset(files.spectra), pd.read_csv(files.split), **more)

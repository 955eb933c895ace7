# make paper   set-up and the whole paper, to results/paper/report/index.html
# make test    set-up and all checks
# Nothing is needed beforehand but python3 (3.11 or newer), make and git.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# GPUs that one machine's training jobs share; without any, they share the cores alone.
GPU ?= $(shell nvidia-smi -L 2>/dev/null | grep -c GPU)
# One thread a process: several make small factorisations a hundred times slower when jobs run side by side.
export OMP_NUM_THREADS ?= 1
SNAKEMAKE := $(BIN)/snakemake --cores all --resources gpu=$(GPU)

.PHONY: paper production ablations smoke test lint unit report fuzz benchmark-simulator ship unlock clean help

help:
	@sed -n '1,3s/^# //p' Makefile
	@echo "make smoke   the whole workflow on 40 spectra"
	@echo "make production   the model for laboratory files on 72 000 specimens"
	@echo "make ablations   the paper with every peer over five seeds, and with materials and electrodes left out, and settings tried"
	@echo "make unlock   after a kill -9 or a power cut, while nothing runs here"

$(VENV)/.ok: requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

paper: $(VENV)/.ok
	PATH="$(abspath $(BIN)):$$PATH" $(SNAKEMAKE)

smoke: $(VENV)/.ok
	PATH="$(abspath $(BIN)):$$PATH" $(SNAKEMAKE) --configfile config/smoke.yaml

# Peers over five seeds and leave-one-out: about an hour more on two cores. It resumes where it stopped.
ablations: paper
	PATH="$(abspath $(BIN)):$$PATH" $(SNAKEMAKE) --configfile config/config.yaml config/ablations.yaml

# The model for laboratory files on 72 000 specimens, tried on the paper's test set: an hour and three quarters on two
# cores.
production: $(VENV)/.ok
	PATH="$(abspath $(BIN)):$$PATH" $(SNAKEMAKE) --configfile config/production.yaml

report: paper
	PATH="$(abspath $(BIN)):$$PATH" $(SNAKEMAKE) --report results/paper/report.zip

lint: $(VENV)/.ok
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile workflow
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/snakemake --lint

unit: $(VENV)/.ok
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m pytest -n 2 --dist loadfile

test: lint unit

fuzz: $(VENV)/.ok
	$(BIN)/python tests/fuzz_io.py --per-family 10000

# Ratios inside one run; NGSolve is installed for the comparison with it.
benchmark-simulator: $(VENV)/.ok
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[verify]'
	$(BIN)/python benchmarks/simulator.py

# Puts the model of the last production run into the package. Look at measured pellets first.
SHIPPED := src/ionscope/models/reader
ship: production
	mkdir -p $(SHIPPED)
	cd results/production/reader && cp model/model.json model/encoder.safetensors model/kernel.npz card.md $(abspath $(SHIPPED))/

# A run that had no time to end leaves Snakemake's lock; it is that of the folder, whatever the configuration was.
unlock: $(VENV)/.ok
	PATH="$(abspath $(BIN)):$$PATH" $(SNAKEMAKE) --unlock

clean:
	rm -rf results/paper results/production results/smoke .snakemake

# `make demo` and `make test` each work as the first command on a fresh clone; they need Python and a package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TOOLS := .venv-tools
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
BUILD := PYTHONWARNINGS=ignore $(PIP) install --no-build-isolation

# `make demo` takes the newest releases within the bounds of pyproject.toml, on every Python from 3.10.
# `make demo LOCK=locks/dev.txt` takes exactly the locked files instead: Linux with Python $(LOCK_PYTHON).
LOCK :=
LOCK_PYTHON := 3.11

.PHONY: help environment demo dev serve test test-servers test-growth test-e2e lint score mutants bench lock lock-python audit clean

help:  ## list these commands
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## / - /'

$(READY): pyproject.toml setup.py $(LOCK)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed, this is " + sys.version)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
ifdef LOCK
	$(PIP) install --require-hashes --only-binary :all: --no-deps -r $(LOCK)
	$(BUILD) --no-deps -e .
	$(PIP) check
else
	$(PIP) install --upgrade pip setuptools
	$(BUILD) -e '.[dev]'
endif
	touch $(READY)

environment: $(READY)  ## install into .venv only, from the bounds or with LOCK=locks/dev.txt

demo: $(READY)  ## install, materialize the sample program, print today's session
	$(BIN)/wod materialize --all --derived
	@echo
	$(BIN)/wod today
	@echo
	@echo "Next: $(BIN)/wod week     the whole week"
	@echo "      $(BIN)/wod --help   every command"
	@echo "      make dev            the Dagster UI at http://127.0.0.1:3000"
	@echo "      make serve          the athlete's page at http://127.0.0.1:8000"

dev: $(READY)  ## start the Dagster UI and daemon (`dg dev`), on the same instance as `wod materialize`
	$(BIN)/wod dev

serve: $(READY)  ## serve the athlete's page and the API
	$(BIN)/wod serve

test: $(READY)  ## run every test; needs no network and no cloud account
	$(BIN)/python -m pytest -m 'not servers and not growth' -n 2 --dist worksteal

test-servers: $(READY)  ## run the storage contracts on DynamoDB Local (needs Java 17 and Node)
	$(BIN)/python -m pytest -m servers

test-growth: $(READY)  ## compare the CPU time of a post with that of one twice as long, at every step (a minute)
	$(BIN)/python -m pytest -m growth wod_pipeline_tests/growth

test-e2e: $(READY)  ## run `dagster dev` through weeks of posts, edits, outages and backfills (some fifteen minutes)
	WOD_E2E=1 $(BIN)/python -m pytest -m 'not servers' wod_pipeline_tests/e2e

lint: $(READY)  ## run ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

score: $(READY)  ## count the facts of each fixture post that are read right, by level
	$(BIN)/python scripts/score.py

mutants: $(READY)  ## count the small changes to the pure rooms that tests notice (some twenty minutes on two idle cores)
	$(PIP) install -e '.[mutants]'
	$(BIN)/python scripts/mutants.py $(ROOMS)

bench: $(READY)  ## measure backfill, parser and start-up times in one run (about ten minutes)
	$(BIN)/python scripts/bench.py

$(TOOLS)/.ready: Makefile
	test -x $(TOOLS)/bin/python || $(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip --disable-pip-version-check --quiet install --upgrade 'uv>=0.9,<1' 'pip-audit>=2.9,<3'
	touch $@

COMPILE = $(TOOLS)/bin/uv pip compile pyproject.toml --group build --upgrade --generate-hashes --only-binary :all: \
	--python-version $(LOCK_PYTHON) --python-platform linux --no-emit-index-url --no-emit-find-links \
	--custom-compile-command 'make lock' --no-config --quiet

lock: $(TOOLS)/.ready  ## write locks/ again: the newest releases within the bounds, each file by its hash; needs a network
	$(COMPILE) --extra web -o locks/run.txt
	$(COMPILE) --extra dev --constraint locks/run.txt --no-annotate -o locks/dev.txt

lock-python:
	@echo $(LOCK_PYTHON)

audit: $(TOOLS)/.ready  ## look up the locked releases in a database of known vulnerabilities; needs a network
	$(TOOLS)/bin/pip-audit --require-hashes --disable-pip --strict --progress-spinner off -r locks/dev.txt

clean:  ## remove the environment, the caches and the local data in .wod
	rm -rf $(VENV) $(TOOLS) .wod mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info

# `make demo` and `make test` each work as the first command on a fresh clone; they need Python and a package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo dev serve test test-servers test-growth test-e2e lint score mutants bench clean

help:  ## list these commands
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## / - /'

$(READY): pyproject.toml setup.py
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed, this is " + sys.version)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $(READY)

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
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[mutants]'
	$(BIN)/python scripts/mutants.py $(ROOMS)

bench: $(READY)  ## measure backfill, parser and start-up times in one run (about ten minutes)
	$(BIN)/python scripts/bench.py

clean:  ## remove the environment, the caches and the local data in .wod
	rm -rf $(VENV) .wod mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info

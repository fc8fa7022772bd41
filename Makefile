# `make demo` and `make test` each work as the first command on a fresh clone: Python and a package index, no more.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo dev serve test test-servers test-e2e lint score mutants bench clean

help:  ## list the commands
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## / - /'

$(READY): pyproject.toml setup.py
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed, this is " + sys.version)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $(READY)

demo: $(READY)  ## set up, materialize the sample program, show the current session
	$(BIN)/wod materialize --all --derived
	@echo
	$(BIN)/wod today
	@echo
	@echo "Next: $(BIN)/wod week     the whole week"
	@echo "      $(BIN)/wod --help   every command"
	@echo "      make dev            the Dagster UI at http://127.0.0.1:3000"
	@echo "      make serve          the athlete's page at http://127.0.0.1:8000"

dev: $(READY)  ## the Dagster UI and daemon, on the same instance as `wod materialize`
	$(BIN)/wod dev

serve: $(READY)  ## the athlete's page and the API
	$(BIN)/wod serve

test: $(READY)  ## every test; no network, no cloud account
	$(BIN)/python -m pytest -m 'not servers' -n 2 --dist worksteal

test-servers: $(READY)  ## the storage contracts on DynamoDB Local (needs Java 17 and Node)
	$(BIN)/python -m pytest -m servers

test-e2e: $(READY)  ## a real `dagster dev` through a week: new post, edit, outage, restart, recovery (about 4 minutes)
	WOD_E2E=1 $(BIN)/python -m pytest wod_pipeline_tests/e2e/test_current.py

lint: $(READY)  ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

score: $(READY)  ## how much of each fixture post is read right, by level
	$(BIN)/python scripts/score.py

mutants: $(READY)  ## how many small changes to the pure rooms the tests notice (half an hour on two cores)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[mutants]'
	$(BIN)/python scripts/mutants.py $(ROOMS)

bench: $(READY)  ## backfill, parser and start-up times as ratios, measured in one run
	$(BIN)/python scripts/bench.py

clean:  ## remove the environment, caches and the local data in .wod
	rm -rf $(VENV) .wod mutants .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info

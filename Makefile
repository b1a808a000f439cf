# What a person does with this project; every target sets up what it needs.
.PHONY: help setup demo digest run test test-all soak bench bench-growth check format clean
PY = .venv/bin/python

help:            ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup:           ## make .venv ready (done by the others when needed)
	@tools/setup.sh run

demo: setup      ## the whole job on the demo world: no network, no keys
	@.venv/bin/aggregator demo

digest: setup    ## the live job: poll every source of sources.toml now and print what is new
	@.venv/bin/aggregator poll || test $$? -eq 3 || { echo "make digest: no source could be reached, so this digest shows only what was stored before. Is this machine on-line? 'aggregator sources' lists the errors." >&2; .venv/bin/aggregator digest; exit 1; }
	@.venv/bin/aggregator digest

run: setup       ## the background worker, in the foreground
	@.venv/bin/aggregator run

dev:
	@tools/setup.sh dev

test: dev        ## the tests (under 5 minutes)
	@$(PY) -m pytest -m "not slow and not soak" -n 3 --dist worksteal

test-all: test   ## the tests, then the slow suites: browsers, long faults, containers
	@$(PY) -m pytest -m "slow and not soak" -n 2 --dist worksteal

soak: dev        ## the long runs: all tests with fresh examples, then fuzzing (SECONDS_EACH=7200 for each target; pip install atheris for guided)
	@PROPERTIES=soak $(PY) -m pytest
	@$(PY) tools/fuzz/long.py --seconds $${SECONDS_EACH:-7200}

bench: dev       ## ours, the peers and the floor in turn, into docs/performance.md (12 minutes, a quiet machine)
	@$(PY) -m benchmarks

bench-growth: dev  ## the same at ten thousand to a million stored items (an hour once, then minutes; STORES=folder)
	@$(PY) -m benchmarks.growth $${STORES:-$$HOME/.cache/aggregator-benchmarks/stores}

check: dev       ## lint, format, types, floors, documentation
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(PY) -m pytest tests/test_floors.py tests/test_documentation.py

format: dev      ## let ruff format and fix
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

clean:           ## remove .venv and caches (not storage/)
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis

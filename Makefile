# Everything that is done with this project, by name. `make help` lists it.
#
# The tools live in .venv, which any target that needs them makes from requirements.lock.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

BIN := .venv/bin
PYTHON_RUN := $(BIN)/python
# The stamp names the folder, since an environment does not survive being moved.
STAMP := .venv/installed
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
.PHONY: $(STAMP)
endif

.DEFAULT_GOAL := help
.PHONY: help setup run test check format docs lock bench fresh clean

help:  ## list these targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

setup: $(STAMP)  ## make .venv with everything pinned in requirements.lock
	@:

$(STAMP): requirements.lock pyproject.toml scripts/bootstrap.sh
	@scripts/bootstrap.sh
	@printf '%s' '$(CURDIR)' > $@

run: $(STAMP)  ## plan the worked examples into build/plans
	@$(PYTHON_RUN) scripts/plan_examples.py

test: $(STAMP)  ## run the tests, and the examples in docstrings
	@$(PYTHON_RUN) -m pytest -n 2 --doctest-modules tests src

check: $(STAMP)  ## all that must hold before a change lands: CI runs this
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(PYTHON_RUN) scripts/docs.py --check
	@$(MAKE) test

format: $(STAMP)  ## format the code and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(STAMP)  ## write the generated pages of docs/ anew
	$(PYTHON_RUN) scripts/docs.py

lock: $(STAMP)  ## pin the dependencies of pyproject.toml anew, at the newest versions
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --upgrade --quiet \
		--custom-compile-command 'make lock' --output-file requirements.lock

bench: $(STAMP)  ## measure speed and memory against the budgets
	$(PYTHON_RUN) bench/bench.py

fresh:  ## prove `make run` and `make test` in a bare Debian 12 (needs root)
	@scripts/fresh.sh

clean:  ## remove .venv, build/ and the caches
	rm -rf .venv build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find src tests scripts bench -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

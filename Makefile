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

# Where checks may leave a database and keys; a developer's own data are left alone.
SCRATCH := build/check

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup run examples test test-packages fuzz check format docs lock bench fresh posterior clean

help:  ## list these targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

setup: $(STAMP)  ## make .venv with everything pinned in requirements.lock
	@:

$(STAMP): requirements.lock pyproject.toml scripts/bootstrap.sh
	@scripts/bootstrap.sh
	@printf '%s' '$(CURDIR)' > $@

PORT ?= 8000
run: $(STAMP)  ## serve the web app with demo data, until Ctrl-C; PORT=8001 moves it
	@exec $(BIN)/needlework serve --demo --year --port $(PORT)

examples: $(STAMP)  ## plan the worked examples into build/plans
	@$(PYTHON_RUN) scripts/plan_examples.py

# What the tests need from Debian comes before .venv, so that whatever root must do is said at once.
test: test-packages $(STAMP)  ## run all tests: on PostgreSQL, on SQLite, and in Chromium
	@printf '\n%s\n' '=== The web app on a PostgreSQL of its own ==='
	@$(PYTHON_RUN) scripts/postgres.py $(PYTHON_RUN) -m pytest -n 2 \
		--ignore tests/web/browser -k 'not chromium' tests/web
	@printf '\n%s\n' '=== Everything: the web app on SQLite, journeys in Chromium, docstrings ==='
	@NEEDLEWORK_DATABASE= $(PYTHON_RUN) -m pytest -n 2 -p tests.web.browser.one_worker \
		--doctest-modules tests src

test-packages:
	@scripts/bootstrap.sh --for-tests

fuzz: test-packages $(STAMP)  ## try every law on cases that no run has tried before
	$(PYTHON_RUN) -m pytest -n 2 -m hypothesis --hypothesis-profile fuzz tests

check: test-packages $(STAMP)  ## all that must hold before a change lands: CI runs this
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(PYTHON_RUN) scripts/docs.py --check
	$(PYTHON_RUN) scripts/catalogue.py --check
	NEEDLEWORK_DATA=$(SCRATCH) $(PYTHON_RUN) -m needlework.web makemigrations --check --dry-run
	NEEDLEWORK_DATA=$(SCRATCH) \
		NEEDLEWORK_HTTPS=1 NEEDLEWORK_PROXY=1 NEEDLEWORK_HOSTS=clinic.example \
		$(PYTHON_RUN) -m needlework.web check --deploy --fail-level WARNING
	@$(MAKE) test

format: $(STAMP)  ## format the code and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(STAMP)  ## write the generated pages of docs/ anew
	$(PYTHON_RUN) scripts/docs.py

COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --upgrade --quiet --custom-compile-command 'make lock'
lock: $(STAMP)  ## pin the dependencies of pyproject.toml anew, at the newest versions
	$(COMPILE) --extra cohort --group dev --output-file requirements.lock
	$(COMPILE) --group posterior --output-file requirements-posterior.lock

bench: $(STAMP)  ## measure speed and memory against the budgets
	$(PYTHON_RUN) bench/bench.py

fresh:  ## prove `make run` and `make test` in a bare Debian 12 (needs root)
	@scripts/fresh.sh

posterior: $(STAMP)  ## sample the posterior of the forecast anew, in an environment of its own
	@scripts/posterior.sh

clean:  ## remove .venv, build/ and the caches
	rm -rf .venv build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find src tests scripts bench -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

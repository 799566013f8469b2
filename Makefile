# Needs only Python 3.11 and make: every target does its own set-up in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MEMBERS := $(shell $(PYTHON) packaging/members.py folders)
PINS := requirements/development.txt
BRAIN := requirements/brain.txt
INSTALLED := $(VENV)/installed
BUILDER := $(VENV)/builder
PEERS := .venv-peers/installed
BROWSER := $(VENV)/browser
# Two processes more than cores, since many tests wait; a module, with its servers, runs in one process.
PARALLEL := --numprocesses $(shell $(PYTHON) -c 'import os; print(min(4, (os.cpu_count() or 1) + 2))') --dist loadscope --no-loadscope-reorder

# Tests start hundreds of processes: bytecode is kept, so that none compiles the sources again, and each has one
# thread, like a worker's: more would compete for the cores.
unexport PYTHONDONTWRITEBYTECODE
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: help install dist demo up test test-quick test-portable test-console chaos soak bench bench-quick peers gallery check format pins clean

help: ## List the targets.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

install: $(INSTALLED) ## Install everything into .venv.

$(INSTALLED): $(PINS) $(BRAIN) pyproject.toml packaging/shared_metadata.py $(MEMBERS:%=%/pyproject.toml)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(PINS)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(BRAIN)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		$(MEMBERS:%=-e ./%)
	@touch $@

dist: $(BUILDER) ## Build a wheel of each member into dist.
	rm -rf dist
	$(BIN)/python packaging/wheels.py dist

$(BUILDER): requirements/build.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	@touch $@

demo: $(INSTALLED) ## Run real images through real pipelines, and train and evaluate two models.
	$(BIN)/coronal demo

up: $(INSTALLED) ## Run Coronal on this machine until Ctrl-C.
	$(BIN)/coronal up

test: $(INSTALLED) ## Run all tests.
	$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

test-quick: $(INSTALLED) ## Run the tests that need no server and train no network: before each commit.
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadscope -m "not slow and not chaos and not browser" $(ARGS)

test-portable: $(INSTALLED) ## Run the numerical tests with the kernels of other processors.
	$(BIN)/python tests/portable.py $(PARALLEL) $(ARGS)

test-console: $(INSTALLED) $(BROWSER) ## Run the tests of the console in Chromium, which must be on the PATH.
	$(BIN)/python -m pytest tests/console -m "browser or not browser" $(ARGS)

$(BROWSER): requirements/browser.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/browser.txt
	@touch $@

chaos: $(INSTALLED) ## Run the fault-injection tests, and break each guard to see a test fail.
	$(BIN)/python -m pytest tests/chaos tests/formats/test_corpus.py -m "chaos or not chaos" -s $(ARGS)

soak: $(INSTALLED) ## Inject random faults into 500 jobs for ten minutes.
	$(BIN)/python tests/chaos/soak.py $(ARGS)

bench: $(INSTALLED) $(PEERS) ## Run all benchmarks on a machine that does nothing else, and write docs/performance.md.
	$(BIN)/python -m benchmarks --json docs/performance/measurements.json
	$(BIN)/python -m benchmarks.page

bench-quick: $(INSTALLED) ## Run all benchmarks with small windows, or those in ARGS; writes nothing.
	$(BIN)/python -m benchmarks --quick $(ARGS)

peers: $(PEERS) ## Install the systems that benchmarks compare with into .venv-peers.

$(PEERS): requirements/benchmarks.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/benchmarks.txt
	@touch $@

gallery: $(INSTALLED) ## Draw docs/gallery.md: each algorithm before and after, or those in ARGS.
	$(BIN)/python -m coronal_worker.dev.gallery docs/gallery $(ARGS)

check: $(INSTALLED) ## Check format, lint, types, import rules, words and what must not be in the tree.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/check_tree.py
	$(BIN)/python tests/check_words.py

format: $(INSTALLED) ## Format the code.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

pins: ## Regenerate requirements/*.txt from the members' pyproject.toml.
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	BIN=$(BIN) sh requirements/pin.sh

clean: ## Remove .venv, dist and the caches of tools.
	rm -rf $(VENV) .venv-peers dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

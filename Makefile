# All that is needed to start is Python 3.11 and make: every target does its own set-up in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MEMBERS := $(shell $(PYTHON) packaging/members.py folders)
PINS := requirements/development.txt
BRAIN := requirements/brain.txt
INSTALLED := $(VENV)/installed
BUILDER := $(VENV)/builder
# One process more than cores, for many tests wait; a module, and so each of its servers, belongs to one process.
PARALLEL := --numprocesses $(shell $(PYTHON) -c 'import os; print(min(4, (os.cpu_count() or 1) + 1))') --dist loadscope

.PHONY: help install dist demo up test test-portable chaos soak gallery check format pins clean

help: ## Show what can be made.
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

demo: $(INSTALLED) ## Run real images through real pipelines, and train two models and ask them.
	$(BIN)/coronal demo

up: $(INSTALLED) ## Run Coronal on this machine until Ctrl-C.
	$(BIN)/coronal up

test: $(INSTALLED) ## Run all tests.
	$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

test-portable: $(INSTALLED) ## Run the numerical tests with the kernels of other processors.
	$(BIN)/python tests/portable.py $(PARALLEL) $(ARGS)

chaos: $(INSTALLED) ## Run all tests of what happens when things die, and break each guard to see a test fail.
	$(BIN)/python -m pytest tests/chaos tests/formats/test_corpus.py -m "chaos or not chaos" -s $(ARGS)

soak: $(INSTALLED) ## Let random faults rain on 500 jobs for ten minutes.
	$(BIN)/python tests/chaos/soak.py $(ARGS)

gallery: $(INSTALLED) ## Draw docs/gallery.md: each algorithm, before and after; of ARGS only those.
	$(BIN)/python -m coronal_tools.gallery docs/gallery $(ARGS)

check: $(INSTALLED) ## Check format, lint, types, import rules and what must not stand in the tree.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/check_tree.py

format: $(INSTALLED) ## Format the code.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

pins: ## Write requirements/*.txt anew from the members' pyproject.toml.
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	BIN=$(BIN) sh requirements/pin.sh

clean: ## Remove .venv, dist and what tools have left.
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

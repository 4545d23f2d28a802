# `make` alone lists the targets. Everything is installed into .venv, from the
# hash-locked files in requirements/; nothing outside this folder is touched.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
# What is locked is installed as it is: the constraints of pyproject.toml have no hashes.
UV_INSTALL := $(UV) pip install --no-config --quiet --python $(BIN)/python
UV_COMPILE := $(CURDIR)/$(UV) pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --upgrade
EXAMPLES ?= 2000
COMPILED := tco/catalog/data/compiled.json
CACHES := .grimp_cache .hypothesis .import_linter_cache .pytest_cache .ruff_cache

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

.PHONY: help plan diff program engine test fuzz lint check format golden bench dist lock clean

help: ## List the targets (the default)
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

plan: $(COMPILED) ## Plan every stack and write the decision memos to build/memos/
	@$(BIN)/tco plan
	@$(BIN)/tco memo --out build/memos

diff: $(COMPILED) ## Show what the branch changes in the stacks, before anyone reviews it
	@$(BIN)/tco diff

program: $(VENV)/pulumi.stamp $(COMPILED) ## Install what the Pulumi program needs, for `pulumi preview`

engine: $(VENV)/dev.stamp ## Find the Pulumi engine for the tests, or fetch or build it once
	@$(BIN)/python tests/engine/equipment/engine.py

# Many tests start a process, and each would compile what it imports where no bytecode may be kept.
test: engine $(COMPILED) ## Run the tests, on every core
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q -n auto --dist worksteal

fuzz: $(VENV)/dev.stamp ## Try new odd inputs for minutes (EXAMPLES=N; SEED=N repeats a run)
	@seed="$(SEED)"; seed="$${seed:-$$(date +%s)}"; \
		echo "make fuzz EXAMPLES=$(EXAMPLES) SEED=$$seed"; \
		FUZZ_EXAMPLES="$(EXAMPLES)" $(BIN)/python -m pytest -q tests/fuzz \
			--hypothesis-profile=fuzz --hypothesis-seed="$$seed"

lint: $(VENV)/dev.stamp ## Check format, lint, types and import layers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports --no-logo

check: lint test ## Run what CI runs: format, lint, types, import layers, tests

format: $(VENV)/dev.stamp ## Format the code and apply the linter's safe fixes
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

golden: $(VENV)/dev.stamp ## Rewrite the golden files and the output in README and docs; read the diff
	@$(BIN)/python -m pytest -q --renew tests/docs tests/report || true

bench: engine $(COMPILED) ## Run the benchmarks
	@$(BIN)/python -m benchmarks

dist: $(VENV)/release.stamp ## Build the wheel, the source archive and the list of components (SBOM) in dist/
	@rm -rf dist
	@$(BIN)/python -m hatchling build >/dev/null
	@PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
		--output-file $(VENV)/sbom.json requirements/run.txt
	@$(BIN)/python requirements/sbom.py <$(VENV)/sbom.json >dist/gpu-tco.cdx.json
	@ls dist

lock: $(VENV)/uv.stamp ## Renew the locked requirements at the newest versions allowed
	@cd requirements && for name in uv run pulumi dev release; do \
		$(UV_COMPILE) $$name.in --output-file $$name.txt >/dev/null || exit 1; \
	done

clean: ## Remove everything that make created, .venv too
	@rm -rf $(VENV) build dist $(COMPILED) $(CACHES)
	@find . -name .git -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +

# The catalog's YAML files as JSON, so that no start parses them; one that is out of date is not read.
$(COMPILED): $(VENV)/run.stamp $(wildcard tco/catalog/data/*.yaml tco/catalog/*.py) \
		tco/files.py tco/ranges.py tco/yaml_files.py tco/yaml_reader.py
	@$(BIN)/python -m tco.catalog.compiled

# The environment, in three steps. Each stamp is written only when its step is
# done, so that an interrupted step is done again.

$(VENV)/uv.stamp: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "tco needs Python 3.11 or newer; '$(PYTHON)' is older or missing." \
			"Name another one: make PYTHON=python3.12" >&2; \
		exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes \
		--only-binary :all: -r requirements/uv.txt
	@touch $@

$(VENV)/run.stamp: $(VENV)/uv.stamp requirements/run.txt pyproject.toml
	@$(UV_INSTALL) --require-hashes -r requirements/run.txt
	@$(UV_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/pulumi.stamp: $(VENV)/run.stamp requirements/pulumi.txt
	@$(UV_INSTALL) --require-hashes -r requirements/pulumi.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.txt
	@$(UV_INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/release.stamp: $(VENV)/dev.stamp requirements/release.txt
	@$(UV_INSTALL) --require-hashes -r requirements/release.txt
	@touch $@

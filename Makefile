# All that a developer does here; `make` alone lists it.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
MAKEFLAGS += --no-print-directory
BIN := .venv/bin
READY := .venv/.ready

# The first that is new enough. A name on the path may be a stub that cannot run.
PYTHON ?= $(shell for each in python3.11 python3; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$each" && break; done)

.PHONY: help setup demo test check fix bench docs lock clean lint types contracts

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' Makefile

setup: $(READY) ## Make .venv with everything in it
	@:

demo: setup ## Show recert at work, on the transcripts of invented people
	@run() {
		printf '\n\n$$ recert %s\n\n' "$$*"
		$(BIN)/recert "$$@" || [ $$? -eq 1 ]  # 1 says "not met", which is an answer too
	}
	run assess examples/amina-mls.yaml
	run assess examples/jonas-mls.yaml
	run assess examples/priya-h.yaml
	run assess examples/rosa-pbt.csv --category PBT --cycle 2022-06-01:2025-06-30 --as-of 2025-04-10
	run plan examples/tomas-mls.yaml examples/tomas-mb.yaml
	run fee renewal:2025-01-31 renewal:2025-03-31 --on 2025-01-04
	run cycle --certified 2022-01-10 --category MLS --as-of 2024-11-15

test: check ## Check, then run all tests
	@$(BIN)/pytest -n auto

check: lint types contracts ## Check style, types and import contracts; run no tests
	@:

fix: setup ## Correct and format what a machine can
	@$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

bench: setup ## Measure
	@$(BIN)/python -m bench

docs: setup ## Build the guides into build/docs
	@$(BIN)/mkdocs build --strict --site-dir build/docs  # --quiet would hide what --strict counts

lock: ## Pin the dependencies; UV=--upgrade takes the newest
	@scratch=$$(mktemp -d)
	trap 'rm -rf "$$scratch"' EXIT
	"$(PYTHON)" -m venv "$$scratch"
	"$$scratch/bin/pip" install --quiet --disable-pip-version-check uv
	pin() {
		"$$scratch/bin/uv" pip compile $(UV) --quiet --universal --python-version 3.11 \
			--fork-strategy fewest --generate-hashes --no-emit-index-url --no-header "$$@" >/dev/null
	}
	pin pyproject.toml --output-file requirements/base.txt
	pin pyproject.toml requirements/dev.in --constraints requirements/base.txt \
		--output-file requirements/dev.txt

clean: ## Remove all that make has made
	@rm -rf .venv build dist .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

lint: setup
	@$(BIN)/ruff check --quiet --output-format concise
	$(BIN)/ruff format --check --quiet

types: setup
	@$(BIN)/mypy

contracts: setup
	@$(BIN)/lint-imports --cache-dir build/imports

$(READY): requirements/dev.txt pyproject.toml
	@python="$(PYTHON)"
	[ "$$python" ] || { echo "recert needs Python 3.11 or newer; make PYTHON=<path> names one." >&2; exit 1; }
	if ! "$$python" -c 'import ensurepip' 2>/dev/null; then  # Debian packs it apart
		package=python$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
			apt-get update -qq && apt-get install -qq --yes "$$package" >/dev/null
		else
			echo "$$python cannot make virtual environments; install $$package." >&2; exit 1
		fi
	fi
	echo "Setting up .venv with $$($$python --version); this takes about a minute ..."
	"$$python" -m venv .venv
	pip() { $(BIN)/python -m pip install --quiet --disable-pip-version-check "$$@"; }
	pip --require-hashes --requirement requirements/dev.txt
	pip --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src  # the first start is then as fast as any
	touch $@

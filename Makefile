# One word for each habit. `make setup` prepares .venv; everything else uses it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Processes that test side by side: most of what they do is wait, so one more than there are cores on a small machine.
TESTERS ?= 3
VENDOR := web/static/vendor
HTMX := web/assets/node_modules/htmx.org/dist
# Node fetches the front-end packages and checks our JavaScript; it is never there at run time. Where it is missing it
# comes from PyPI into the virtual environment.
NPM := $(shell command -v npm || echo $(CURDIR)/$(BIN)/npm)
export PATH := $(PATH):$(CURDIR)/$(BIN)

.PHONY: setup demo dev test lint lock wheel screenshots bench clean

setup: $(VENV)/.ready $(VENDOR)/.ready

$(VENV)/.ready: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Onetext needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { echo "Python's venv is missing. Install it: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(CURDIR)/$(BIN)/npm: requirements/node.txt | $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/node.txt

$(VENDOR)/.ready: web/assets/package-lock.json $(filter $(CURDIR)/%,$(NPM))
	cd web/assets && $(NPM) ci --omit=dev --silent --ignore-scripts --no-audit --no-fund
	mkdir -p $(VENDOR)
	cat $(HTMX)/htmx.min.js $(HTMX)/ext/hx-ws.min.js > $(VENDOR)/htmx-ws.min.js # one file: htmx starts before it knows what loads later
	@touch $@

demo: setup
	$(BIN)/onetext demo

dev: setup
	$(BIN)/python -m server.ops.dev

test: setup
	$(BIN)/python -m tests.prerequisites
	$(BIN)/python -m pytest -n $(TESTERS) --dist worksteal

LINTERS := web/assets/node_modules/.bin

$(LINTERS)/.ready: web/assets/package-lock.json $(filter $(CURDIR)/%,$(NPM))
	cd web/assets && $(NPM) ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

lint: setup $(LINTERS)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	cd web && assets/node_modules/.bin/tsc --project assets
	cd web && assets/node_modules/.bin/eslint --config assets/eslint.config.js static

wheel: setup
	rm -rf dist
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .

screenshots: setup
	$(BIN)/python -m tests.browser.screenshots

bench: setup
	$(BIN)/python -m bench

LOCK := $(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	--no-annotate --no-header --strip-extras --allow-unsafe

lock:
	$(LOCK) -o requirements/run.txt pyproject.toml
	$(LOCK) --extra dev -o requirements/dev.txt pyproject.toml
	$(LOCK) -o requirements/node.txt requirements/node.in

clean:
	rm -rf $(VENV) $(VENDOR) web/assets/node_modules dist

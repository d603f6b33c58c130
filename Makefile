# One word for each habit. `make setup` prepares .venv; everything else uses it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
VENDOR := web/static/vendor
HTMX := web/assets/node_modules/htmx.org/dist

.PHONY: setup demo dev test lint lock screenshots bench clean

setup: $(VENV)/.ready $(VENDOR)/.ready

$(VENV)/.ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENDOR)/.ready: web/assets/package-lock.json
	@command -v npm >/dev/null || { echo "Node's npm is missing; it fetches the front-end packages. Install it: apt-get install nodejs npm"; exit 1; }
	cd web/assets && npm ci --omit=dev --silent --ignore-scripts --no-audit --no-fund
	mkdir -p $(VENDOR)
	cat $(HTMX)/htmx.min.js $(HTMX)/ext/hx-ws.min.js > $(VENDOR)/htmx-ws.min.js # one file: htmx starts before it knows what loads later
	@touch $@

demo: setup
	$(BIN)/onetext demo

dev: setup
	$(BIN)/python -m server.dev

test: setup
	$(BIN)/python -m pytest

LINTERS := web/assets/node_modules/.bin

$(LINTERS)/.ready: web/assets/package-lock.json
	cd web/assets && npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

lint: setup $(LINTERS)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd web && assets/node_modules/.bin/tsc --project assets
	cd web && assets/node_modules/.bin/eslint --config assets/eslint.config.js static

screenshots: setup
	$(BIN)/python -m tests.browser.screenshots

bench: setup
	$(BIN)/python -m bench.store

LOCK := $(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
	--no-annotate --no-header --strip-extras --allow-unsafe

lock:
	$(LOCK) -o requirements/run.txt pyproject.toml
	$(LOCK) --extra dev -o requirements/dev.txt pyproject.toml

clean:
	rm -rf $(VENV) $(VENDOR) web/assets/node_modules dist

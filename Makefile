# Three commands do everything on a machine with Python 3.11, make and pip (Node for the page): `make plan`, `make serve`, `make test`.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
CASE ?= examples/ms-adult.yaml
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PAGE := src/openbaclofen/apps/web/static/index.html
NPM_DONE := web/node_modules/.package-lock.json
MAKE_PART := $(MAKE) --silent --no-print-directory

.PHONY: plan serve page browser test test-page lint docs readme bench lock clean

plan: .venv/run.stamp  ## print the plan of $(CASE)
	@$(BIN)/openbaclofen plan $(CASE)

serve: .venv/run.stamp page  ## the page, REST and hooks on http://127.0.0.1:8000
	@$(BIN)/openbaclofen serve

page:  ## build the page where its sources changed; without Node say so and go on
	@if ! command -v npm >/dev/null; then echo "LEFT OUT: no Node (npm) here, so no page is built and none is tested" >&2; \
	elif ! $(MAKE_PART) $(NPM_DONE); then echo "LEFT OUT: the npm packages of web/ cannot be installed, so no page is built" >&2; \
	else $(MAKE_PART) $(PAGE); fi

$(NPM_DONE): web/package-lock.json
	cd web && npm ci --silent && touch ../$@

$(PAGE): $(NPM_DONE) $(shell find web -name node_modules -prune -o -type f -print) $(wildcard examples/*.yaml examples/pump/*.yaml)
	cd web && npm run --silent check && npm run --silent build -- --logLevel warn

browser:  ## a browser for the tests of the page, where it may be installed
	@command -v chromium >/dev/null || { apt-get update && apt-get install -y chromium; } >/dev/null 2>&1 \
	|| echo "LEFT OUT: no Chromium and it cannot be installed here, so the page is not tested in a browser" >&2

test: .venv/dev.stamp lint page  ## lint, types, import contracts, doctests and all tests; those in a browser last and alone
	$(BIN)/python -m pytest -n 2 --dist loadgroup --ignore tests/browser
	@$(MAKE_PART) test-page

test-page: .venv/dev.stamp page browser  ## the page in a browser, where there is one
	OPENBACLOFEN_BROWSER=yes $(BIN)/python -m pytest tests/browser

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports --no-cache

docs: .venv/dev.stamp
	$(BIN)/python -m sphinx -W -b html docs docs/_build

readme: .venv/run.stamp  ## put today's output into the README
	$(BIN)/python docs/readme.py

bench: .venv/dev.stamp
	$(BIN)/python benchmarks/engine.py
	$(BIN)/python benchmarks/accuracy.py
	$(BIN)/python benchmarks/memory.py
	$(BIN)/python benchmarks/spine.py

lock:  ## renew the pinned versions
	$(PIP) uv
	$(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate -o requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml --extra test --extra docs -c requirements.lock --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate -o requirements-dev.lock

.venv/run.stamp: requirements.lock pyproject.toml
	@echo "setting up Python packages (once, a minute or two)"
	@$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Python 3.11 or newer is needed, found " + sys.version'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) -r requirements.lock
	@$(PIP) --no-deps -e .
	@touch $@

.venv/dev.stamp: requirements-dev.lock .venv/run.stamp
	@$(PIP) -r requirements-dev.lock
	@touch $@

clean:
	rm -rf .venv build dist docs/_build docs/jupyter_execute web/node_modules $(dir $(PAGE))

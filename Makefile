# Two commands do everything on a machine with Python 3.11, make and pip: `make plan` and `make test`.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
CASE ?= examples/ms-adult.yaml
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: plan test lint docs readme bench lock clean

plan: .venv/run.stamp  ## print the plan of $(CASE)
	@$(BIN)/openbaclofen plan $(CASE)

test: .venv/dev.stamp lint  ## lint, types, import contracts, doctests and all tests
	$(BIN)/python -m pytest -n 2 --dist loadgroup

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
	rm -rf .venv build dist docs/_build docs/jupyter_execute

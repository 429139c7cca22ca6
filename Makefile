# Everything a person types. `make` alone explains itself.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
unexport PYTHONDONTWRITEBYTECODE   # without .pyc files every start compiles everything again
export PIP_DISABLE_PIP_VERSION_CHECK := 1

PYTHON ?= python3
BIN := .venv/bin/python
SOURCES := $(wildcard twofactor webapp webhooks api cli wsgi.py)
TYPED := $(SOURCES) $(wildcard tests bench)

# $(call install,NAME...): bring these locks into .venv, unless the copies kept there are the same.
define install
if [ ! -x .venv/bin/pip ]; then $(call make_venv); fi
for lock in $(1); do cmp -s $$lock .venv/$$lock || stale=1; done
if [ -n "$${stale:-}" ]; then
  echo "Installing $(1) into .venv (the first time takes about a minute)"
  $(BIN) -m pip install --quiet --require-hashes $(addprefix -r ,$(1))
  cp $(1) .venv/
fi
endef

define make_venv
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is needed. Name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
  $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || {
    if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      apt-get update -qq </dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv </dev/null
    else
      echo "Python's venv module is missing. Type: sudo apt-get install -y python3-venv" >&2; exit 1
    fi; }
  rm -rf .venv && $(PYTHON) -m venv .venv
endef

.PHONY: help
help: ## show this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

.PHONY: venv venv-dev scale
venv:
	@$(call install,requirements.txt)

venv-dev:
	@$(call install,requirements.txt requirements-scale.txt requirements-dev.txt)

scale: ## add what the AWS gateway and distributed workers need
	@$(call install,requirements.txt requirements-scale.txt)

.PHONY: run serve
run: PORT ?= 5000
run: venv ## set everything up and start on http://127.0.0.1:5000 (PORT=…)
	@exec $(BIN) -m flask run --port "$(PORT)"

# Its settings; docs/decisions/0014 has the measurements. Without a bound on arenas, glibc keeps memory
# for each of many threads.
serve: export HOST ?= 127.0.0.1
serve: export PORT ?= 8000
serve: export WEB_PROCESSES ?= 1
serve: export WEB_SLOTS ?= 4096
serve: export MALLOC_ARENA_MAX ?= 2
serve: venv ## migrate, then start the production server (HOST=… PORT=… WEB_PROCESSES=…)
	@$(BIN) -m flask --app wsgi db upgrade
	exec $(BIN) -m cli.serve

.PHONY: test
test: venv-dev ## run all tests (ARGS="-k resend" for some)
	@exec $(BIN) -m pytest -n 2 $(ARGS)

.PHONY: check lint types audit sizes coverage
check: lint types audit sizes test ## everything that must be green before a commit

lint: venv-dev
	@$(BIN) -m ruff check .
	$(BIN) -m ruff format --check .

types: venv-dev
	@$(BIN) -m mypy $(TYPED)

audit: venv-dev
	@$(BIN) -m bandit --quiet --recursive --configfile pyproject.toml $(SOURCES)
	$(BIN) -m vulture $(SOURCES)
	$(BIN) -m tests.structure.secret_scan

sizes: venv-dev
	@$(BIN) -m tests.structure.sizes

coverage: venv-dev
	@$(BIN) -m pytest -n 2 --cov --cov-report=term:skip-covered $(ARGS)

.PHONY: format lock bench clean
format: venv-dev ## sort imports and lay out the code
	@$(BIN) -m ruff check --select I --fix .
	$(BIN) -m ruff format .

lock: venv-dev ## write the locks anew (UPGRADE=1 takes newer versions)
	@for name in requirements requirements-scale requirements-dev; do
	  $(BIN) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-strip-extras --no-emit-index-url --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade) \
	    $$name.in --output-file $$name.txt
	done

bench: venv-dev ## measure; each figure is a ratio within one run
	@exec $(BIN) -m bench $(ARGS)

clean: ## remove .venv and caches; instance/ stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.* test-results
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

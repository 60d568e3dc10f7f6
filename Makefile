# The one list of commands. Hooks and CI call these and nothing else.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LOCKED := requirements/dev.txt
PACKAGES := libs/domain libs/contracts services/command-api services/outbox-relay services/projector services/query-api deploy/local
SERVICES := command-api outbox-relay projector query-api
NAMES := orders-domain orders-contracts $(SERVICES) stack
PATHS := libs services deploy/local tests
COUNTS := PROJECTORS RELAYS COMMAND_APIS QUERY_APIS FRAUD
# Compiled once, and not by each worker of the tests and each process that they start.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup lock up down demo check format test contracts contracts-release fuzz bench bench-long drill containers render

help:  ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "make %-18s%s\n", $$1, $$2}' Makefile

setup: $(STAMP)  ## make .venv from the lock

$(STAMP): $(LOCKED) $(PACKAGES:%=%/pyproject.toml)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements/uv.txt
	@echo "installing the locked dependencies into $(VENV)"
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip sync --python $(BIN)/python --require-hashes --compile-bytecode $(LOCKED)
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/uv pip install --python $(BIN)/python --no-deps --no-build-isolation $(PACKAGES:%=-e %)
	@touch $@

lock: $(STAMP)  ## resolve the pyprojects anew into requirements/*.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --group dev $(NAMES:%=--no-emit-package %) pyproject.toml -o requirements/dev.txt
	@for name in $(SERVICES); do \
	  $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate -c requirements/dev.txt $(NAMES:%=--no-emit-package %) services/$$name/pyproject.toml -o requirements/$$name.txt || exit 1; \
	done
	@echo uv | $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate -c requirements/dev.txt - -o requirements/uv.txt
	@printf '%s\n' uv uv-build cyclonedx-bom | $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate -c requirements/dev.txt - -o requirements/build.txt

up: $(STAMP)  ## run the whole system here (PROJECTORS=3 RELAYS=2: several of these); Ctrl-C stops it
	@$(foreach count,$(COUNTS),$(if $($(count)),STACK_$(count)=$($(count)))) $(BIN)/stack up

down: $(STAMP)  ## stop it from another terminal
	@$(BIN)/stack down

demo: $(STAMP)  ## drive orders through the running system
	@$(BIN)/stack demo

format: $(STAMP)  ## write the code the way ruff wants it
	@$(BIN)/ruff format $(PATHS)
	@$(BIN)/ruff check --fix $(PATHS)

check: $(STAMP)  ## format, lint, types, imports, unit and architecture tests: no service needed
	@$(BIN)/ruff format --check $(PATHS)
	@$(BIN)/ruff check $(PATHS)
	@$(BIN)/mypy $(PATHS)
	@$(BIN)/lint-imports
	@$(BIN)/pytest -q -n 2 tests/unit tests/architecture

test: $(STAMP)  ## everything
	@$(BIN)/pytest -n 4 --no-loadscope-reorder tests

contracts: $(STAMP)  ## what the present schemas mean for readers and for the log: FULL, BACKWARD, FORWARD or NONE
	@$(BIN)/python -m tests.contract verdict

contracts-release: $(STAMP)  ## record the contracts as they stand in libs/contracts/releases
	@$(BIN)/python -m tests.contract release

render: $(STAMP)  ## deploy/k8s/rendered anew; needs kubectl
	@$(BIN)/python -m tests.contract.kubernetes

fuzz: $(STAMP)  ## both APIs against their OpenAPI documents, with random requests: EXAMPLES=500
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),500) $(BIN)/pytest -q tests/contract/http/test_fuzz.py

bench: $(STAMP)  ## the ratios of docs/benchmarks.md, measured here
	@$(BIN)/python -m tests.bench

bench-long: $(STAMP)  ## those that take half an hour
	@$(BIN)/python -m tests.bench --long

containers: $(STAMP)  ## images built and run for real, as root on Debian: the system as compose and as pods, rolled under load
	@$(BIN)/python -m tests.containers

drill: $(STAMP)  ## break things under load, then check every promise: HOURS=2, ROUNDS=100, SEED=7
	@TEETH=all $(BIN)/pytest -q tests/teeth
	@$(BIN)/python -m tests.drills $(if $(HOURS),--hours $(HOURS)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED))

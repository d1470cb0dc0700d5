PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
RUN := PYTHONPATH=src:. $(BIN)

.DEFAULT_GOAL := help
.PHONY: help setup demo test check fix prove lock

help:  ## This list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

setup: $(BIN)/.commonweal-ready  ## Environment, locked dependencies, assets: what every other command needs first

$(BIN)/.commonweal-ready: requirements/dev.txt requirements/build.txt package-lock.json hatch_build.py $(shell find frontend src/commonweal/web/locale -type f 2>/dev/null)
	@sh tools/setup.sh $(PYTHON) $(VENV)

demo: setup  ## A small made-up city to walk around in: the one command a newcomer types
	@$(BIN)/commonweal demo $(args)

test: setup  ## Everything, browser tests included; narrow it with t=tests/cases
	@BIN=$(BIN) sh tools/test.sh $(t)

prove: setup  ## The long proofs: faults, load, full products (up to three hours)
	$(RUN)/python -m pytest -m prove $(t)

check:  ## All that must be green before a push; changes nothing
	@test -x $(BIN)/ruff || $(MAKE) -s setup
	$(RUN)/ruff format --check . && $(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/python manage.py makemigrations --check --dry-run
	$(RUN)/python -m tools.house
	$(RUN)/python -m tools.environment --check

fix:  ## Format, and repair what can be repaired
	$(RUN)/ruff check --fix . ; $(RUN)/ruff format .

lock:  ## Resolve the dependencies anew and write requirements/*.txt
	sh tools/lock.sh

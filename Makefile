# Two commands do all: `make run` and `make test`. No server is needed for either.
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
VENV := .venv
BIN := $(VENV)/bin
PO := $(wildcard */locale/*/LC_MESSAGES/*.po */locale/*/*/LC_MESSAGES/*.po)
MO := $(PO:.po=.mo)

.DEFAULT_GOAL := help
.PHONY: help run test lint bench fault pictures demo-check catalogues lock clean

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## /make \1	/p' Makefile | expand -t 20

run: $(VENV)/.run catalogues ## install, migrate, seed, start site, worker and scheduler (PORT=8000)
	@exec $(BIN)/python manage.py start --host "$(HOST)" --port "$(PORT)"

test: $(VENV)/.dev catalogues ## the whole suite; browser tests skip without Chromium
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadgroup --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.dev catalogues ## style, types, templates, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/python manage.py makemigrations --check --dry-run --settings coalition.settings.test

bench: $(VENV)/.dev catalogues ## ratios measured side by side in one run
	@set -e; for script in tests/bench/bench_*.py; do echo "== $$script"; $(BIN)/python -m $$(echo $${script%.py} | tr / .); done

fault: $(VENV)/.dev catalogues ## kill processes, fill disks: promises about faults, quick profile
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadgroup --no-loadscope-reorder -m faults -q $(ARGS)

pictures: $(VENV)/.dev catalogues ## perform the editors' guide in three languages, take its pictures anew
	PICTURES=kk,ru,en $(BIN)/python -m pytest -q tests/browser/test_editors_guide.py $(ARGS)

demo-check: $(VENV)/.dev catalogues ## the platform end to end, killed between each two steps
	$(BIN)/python -m tests.demo.check $(ARGS)

catalogues: $(MO)

%.mo: %.po | $(VENV)/.run
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@ --locale $(notdir $(patsubst %/LC_MESSAGES/,%,$(dir $<)))

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; give one with: make $(MAKECMDGOALS) PYTHON=python3.11" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python lacks venv; on Debian or Ubuntu mend it with: sudo apt-get install python3-venv" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $(VENV)/.run $@

lock: ## resolve pyproject.toml anew into both lock files (needs uv)
	uv pip compile --universal --python-version 3.11 --no-emit-index-url --quiet pyproject.toml -o requirements.txt
	uv pip compile --universal --python-version 3.11 --no-emit-index-url --quiet --extra dev pyproject.toml -o requirements-dev.txt

clean: ## remove the environment and what was built; var/ (the data) stays
	rm -rf $(VENV) $(MO)

# One entry point for people and machines. GNU make 3.81 is enough. Every target sets up .venv by itself.
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
JOBS ?= 2
ARGS ?=

.PHONY: help setup demo test check fmt types bench evidence lab web studies site release-check

help: ## this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

setup: ## make .venv ready (the other targets do it too)
	@sh tools/setup.sh

demo: setup ## fit a sine with ten units: why it fails, and the best there is
	@.venv/bin/hinges demo $(ARGS)

test: setup ## run the tests (ARGS="-k sine" for some of them)
	@$(PYTHON) -m pytest -n $(JOBS) $(ARGS)

check: setup ## formatting, lint, types and layers
	@$(PYTHON) -m ruff format --check
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m basedpyright
	@.venv/bin/lint-imports --no-cache
	@sh tools/web.sh check

fmt: setup ## format, and mend what lint can mend
	@$(PYTHON) -m ruff format
	@$(PYTHON) -m ruff check --fix

types: setup ## types alone
	@$(PYTHON) -m basedpyright

bench: setup ## run the benchmarks and print their ratios
	@for script in benchmarks/[a-z]*.py; do \
		[ -f "$$script" ] || continue; \
		echo "== $$script"; \
		$(PYTHON) "$$script" || exit 1; \
	done

evidence: setup ## measure the long claims and write docs/evidence/DATE.md
	@$(PYTHON) -m pytest tests/evidence --evidence-table "docs/evidence/$$(date +%Y-%m-%d).md" $(ARGS)

lab: setup ## open the lab in a browser (ARGS="--export site/" writes it as a static site)
	@.venv/bin/hinges lab $(ARGS)

web: ## rebuild the lab's front end into src/hinges/lab/static
	@sh tools/web.sh build

studies: setup ## run the studies into docs/studies (ARGS="by-hand" for one of them)
	@$(PYTHON) tools/studies.py $(ARGS)

site: setup ## build the site into site/, with the lab inside, and check its links
	@sh tools/docs.sh
	@$(PYTHON) tools/build_site.py

release-check: setup ## build wheel and sdist, and use them from empty environments (ARGS="--only plot" for one extra)
	@$(PYTHON) tools/release_check.py $(ARGS)

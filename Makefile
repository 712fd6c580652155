# Everything a newcomer needs, one word each. Python 3.11 and make are all that must be there.

PYTHON ?= python3
BIN := .venv/bin
# demo, run: PORT= instead of 8000.
AT := $(if $(PORT),--port $(PORT))
# demo: SERVE=no ends after the table; PEOPLE= and SEED= choose the synthetic locality.
DEMO := $(if $(filter no,$(SERVE)),--no-serve) $(if $(PEOPLE),--people $(PEOPLE)) $(if $(SEED),--seed $(SEED)) $(AT)
# test: ARGS= goes to pytest, as in ARGS="tests/unit -k rota".
ARGS ?= -n 2 --dist worksteal
# lock: UPGRADE=yes takes newer versions; without it only what the .in files demand changes.
COMPILE := ../$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
           $(if $(filter yes,$(UPGRADE)),--upgrade)

# With DATABASE_URL set these still are trials: no secret key of one's own, no https.
demo test coverage lint: export CARE_TRIAL = yes

.DEFAULT_GOAL := help
.PHONY: help install install-test demo run test coverage acceptance lint check-types check-rest format screenshots lock forget clean

help:  ## Say what there is (this)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile

install:  ## Make .venv with what the product runs on
	@$(PYTHON) config/bootstrap.py

install-test:
	@$(PYTHON) config/bootstrap.py --with test

demo: install  ## Plan a week of a synthetic locality and serve it (SERVE=no, PEOPLE=300, SEED=1)
	@$(BIN)/python manage.py demo $(DEMO)

run: install  ## Serve the site with its planners and its nightly timetable (PORT=8000)
	@$(BIN)/python manage.py serve $(AT)

test: install-test lint  ## Check the code and run every test (ARGS="tests/unit -k rota" for some)
	@$(BIN)/pytest $(ARGS)

coverage: install-test  ## Run every test and say which lines none of them runs (takes twice as long)
	@$(BIN)/pytest $(ARGS) --cov --cov-report=term:skip-covered

acceptance: install-test  ## Run every real reference file through the feeds (DATA=folder)
	@$(BIN)/python -m benchmarks acceptance $(if $(DATA),--data $(DATA))

lint: install-test  ## Check style, types, the direction of imports and missing migrations
	@$(MAKE) --no-print-directory -j2 check-types check-rest

check-types:
	$(BIN)/mypy

check-rest:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check

format: install-test  ## Put the code into the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screenshots: install-test  ## Take the README's pictures of a demonstration that is being served
	@$(BIN)/python manage.py screenshots

lock: install-test  ## Compile requirements/*.in again (UPGRADE=yes takes newer versions)
	cd requirements && $(COMPILE) uv.in -o uv.txt
	cd requirements && $(COMPILE) base.in -o base.txt
	cd requirements && $(COMPILE) -c base.txt test.in -o test.txt
	cd requirements && $(COMPILE) -c base.txt bench.in -o bench.txt

forget: install  ## Remove the private database and all that is in it
	@$(BIN)/python -m config.embedded forget

clean:  ## Remove .venv and caches; the private database stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov staticfiles
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

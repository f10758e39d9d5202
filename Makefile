# Everything with Python 3.11 or later and make. `make help` lists the commands.
#
# No other program is expected: PostgreSQL, the Redis-compatible server, Node and the message compiler come from
# packages that are pinned by hash in requirements-*.txt and frontend/package-lock.json. Python compiles a module when
# it is first used: to compile all of them at once would double the time of the installation.

PYTHON := $(if $(shell command -v python3),python3,python)
RUN := .venv/bin/python
MANAGE := $(RUN) manage.py
NODE := $(RUN) -m crm.local.node
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUNBUFFERED := 1

# The demo needs fewer packages than the tests; an environment made for the tests serves both.
FOR_DEVELOPERS := $(or $(wildcard .venv/dev.stamp),$(filter test faults check fmt screens bench schema messages,$(MAKECMDGOALS)))
KIND := $(if $(FOR_DEVELOPERS),dev,demo)
PARTS := .venv/$(KIND).stamp
NODE_PARTS := frontend/node_modules/.$(KIND).stamp
# Static checks read the settings but no server: the addresses are never contacted.
UNCONNECTED := DATABASE_URL=postgres://nobody@localhost/none REDIS_URL=redis://localhost SECRET_KEY=none
# As an installation behind TLS would be configured; the key is long and random, and nobody's.
DEPLOYED = $(UNCONNECTED) HTTPS=true HTTPS_REDIRECT=true SECRET_KEY=$(shell $(PYTHON) -c 'import secrets; print(secrets.token_hex(40))')
BUNDLE :=
ifneq ($(wildcard frontend/package-lock.json),)
BUNDLE := frontend/dist/.stamp
endif
MESSAGES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
SOURCES := $(shell find frontend/src frontend/scripts templates -type f 2>/dev/null)

.PHONY: help setup demo test faults check fmt screens bench schema messages clean
.DELETE_ON_ERROR:

help:  ## Show this list
	@$(PYTHON) -c "import re; [print(f'  make {n:<9} {t}') for n, t in re.findall(r'^(\w+):.*?## (.*)', open('Makefile').read(), re.M)]"

setup: $(PARTS) $(BUNDLE) $(MESSAGES)  ## Install everything that the product needs, without starting anything

demo: setup  ## Run the product with a demo firm on http://localhost:8000 (PORT=… for another); Ctrl-C stops it
	@$(MANAGE) demo

test: $(PARTS) $(BUNDLE) $(MESSAGES)  ## Run the whole suite on real servers and a real browser
	@$(RUN) -m pytest --numprocesses auto --maxprocesses 8 --dist worksteal $(ARGS)

faults: $(PARTS) $(BUNDLE) $(MESSAGES)  ## Kill workers, senders, the database and the broker at full size: forty minutes
	@KILL_POINTS=$(or $(KILL_POINTS),100) EXAMPLES_EACH=$(or $(EXAMPLES_EACH),40) SYNC_SEQUENCES=$(or $(SYNC_SEQUENCES),500) $(RUN) -m pytest tests/faults tests/attacks/test_schemathesis.py -s -o timeout=7200 $(ARGS)

check: $(PARTS) $(BUNDLE) $(MESSAGES)  ## Lint, types, import order, migrations, API schema, templates, translations
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	$(UNCONNECTED) $(RUN) -m mypy
	$(RUN) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"
	$(UNCONNECTED) $(RUN) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(UNCONNECTED) $(MANAGE) spectacular --lang en --validate --fail-on-warn --file .venv/openapi.yaml
	diff -u docs/openapi.yaml .venv/openapi.yaml
	$(RUN) -m djlint templates --lint --quiet
	$(RUN) -m crm.translations check
	$(NODE) node node_modules/typescript/bin/tsc --noEmit
	$(DEPLOYED) $(MANAGE) check --deploy --fail-level WARNING
	$(RUN) -m crm.local.audit

fmt: $(PARTS)  ## Format Python
	.venv/bin/ruff check --fix --quiet .
	.venv/bin/ruff format .

screens: $(PARTS) $(BUNDLE) $(MESSAGES)  ## Keep a picture of every page in screenshots/: wide and narrow, light and dark
	@mkdir -p screenshots
	@SCREENS="$(CURDIR)/screenshots" $(RUN) -m pytest tests/journeys/test_every_page.py $(ARGS)

bench: $(PARTS) $(BUNDLE) $(MESSAGES)  ## Measure against hand-written floors; writes docs/benchmarks.md
	@$(MANAGE) bench $(ARGS)

schema: $(PARTS)  ## Write docs/openapi.yaml from the code
	$(UNCONNECTED) $(MANAGE) spectacular --lang en --validate --fail-on-warn --file docs/openapi.yaml

messages: $(PARTS)  ## Collect the texts to translate into locale/*/LC_MESSAGES/django.po
	$(RUN) -m crm.translations write

clean:  ## Remove what the commands made: environment, front end, data of the demo
	rm -rf .venv .local staticfiles frontend/node_modules frontend/dist $(MESSAGES)

.venv/bin/python:
	@$(PYTHON) -c "import sys; sys.exit('Cadenza needs Python 3.11 or later; this one is ' + sys.version.split()[0] if sys.version_info < (3, 11) else 0)"
	@echo "Creating the Python environment …"
	@$(PYTHON) -m venv .venv

.venv/demo.stamp: requirements-demo.txt | .venv/bin/python
	@echo "Installing Python packages (about a minute) …"
	@$(RUN) -m pip install --quiet --no-compile --require-hashes --requirement requirements-demo.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt | .venv/bin/python
	@echo "Installing Python packages, with the tools for development (about a minute) …"
	@$(RUN) -m pip install --quiet --no-compile --require-hashes --requirement requirements-dev.txt
	@touch $@

$(NODE_PARTS): frontend/package-lock.json | $(PARTS)
	@echo "Installing front-end packages …"
	@$(NODE) npm ci --loglevel error $(if $(FOR_DEVELOPERS),,--omit=dev)
	@touch $@

frontend/dist/.stamp: $(NODE_PARTS) $(SOURCES)
	@echo "Building the front end …"
	@$(NODE) node scripts/build.mjs
	@touch $@

%.mo: %.po | $(PARTS)
	@$(RUN) -m crm.translations compile

# The whole vocabulary of a newcomer: make run, make test, make check, make bench.
# Each set-up step leaves a stamp, so that a second call does nothing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
SOURCES := $(shell find elearn/translations -name '*.po' 2>/dev/null)
ASSETS := package.json package-lock.json static/build.mjs $(shell find static -maxdepth 2 -type f -not -path 'static/vendor/*' 2>/dev/null)

.PHONY: run test check bench install assets clean

run: install  ## Set everything up and serve the demo company on http://127.0.0.1:8000 (PORT overrides).
	@exec $(BIN)/python -m elearn.start

test: install $(STAMPS)/dev  ## Every test: on SQLite, on PostgreSQL, in a real browser.
	@.ci/system-packages test
	@$(BIN)/python -m tests.run

check: install $(STAMPS)/dev  ## Lint and check the content: quick, before a commit.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/flask --app wsgi content check

bench: install $(STAMPS)/dev  ## Server CPU per request, beside a bare page under the same server.
	@$(BIN)/python -m tests.bench

install: $(STAMPS)/system $(STAMPS)/python $(STAMPS)/assets $(STAMPS)/translations

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Porte-voix needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv is missing. Type: sudo apt-get install python3-venv"; exit 1; }
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/system: $(STAMPS)/venv .ci/system-packages
	@.ci/system-packages run
	@touch $@

$(STAMPS)/python: $(STAMPS)/venv requirements.txt
	@echo "Installing the pinned Python packages…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
	@touch $@

$(STAMPS)/dev: $(STAMPS)/python requirements-dev.txt
	@echo "Installing the tools of the tests…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@touch $@

$(STAMPS)/assets: $(STAMPS)/python requirements-node.txt $(ASSETS)
	@echo "Building the front-end assets…"
	@.ci/build-assets
	@touch $@

$(STAMPS)/translations: $(STAMPS)/python $(SOURCES)
	@$(BIN)/python -m elearn.translate
	@touch $@

assets: $(STAMPS)/assets

clean:  ## Remove what set-up made; the instance folder (database, files) stays.
	rm -rf $(VENV) node_modules static/vendor build

# Everything a newcomer, a developer and CI run. `make help` lists it.

PYTHON ?= python3
MINUTES ?= 10
SITE ?= http://127.0.0.1:8000
BIN := .venv/bin

# The longest first, four at a time: what waits in one leaves the processors to the others.
UNIT := test-unit-booking test-unit-others
TESTS := test-looks test-faults test-system test-booking test-gateway test-profiles test-chassis \
	test-contracts test-notifications test-rest test-benchmarks test-browser $(UNIT)
LOOKS := tests/browser/site/test_every_page.py $(wildcard tests/browser/site/test_journeys_*.py)
FAULTS := tests/system/test_crashes.py tests/system/test_outages.py tests/system/test_upgrades.py

.DEFAULT_GOAL := help
.PHONY: help run install check test test-unit test-looks $(TESTS) bench bench-slots bench-reads bench-streams bench-growth lighthouse soak soak-controls assets lock clean

help:  ## What there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

run: .venv/installed  ## Run the whole platform with demo data on http://127.0.0.1:8000
	@$(BIN)/firststep migrate
	@$(BIN)/firststep seed
	@exec $(BIN)/firststep serve

install: .venv/installed-dev  ## Install what development needs into .venv

check: .venv/installed-dev  ## Lint, format, types, layers, commit subjects
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python .ci/commit_subjects.py

test: .venv/installed-dev .venv-clients/installed .venv-bench/installed  ## Run the tests; on Debian as root this installs the servers they need
	@sh tests/install_servers.sh
	@if command -v npm >/dev/null; then \
		for each in tests/contracts tests/browser/site; do \
			npm ci --silent --ignore-scripts --no-audit --no-fund --prefix $$each; done; fi
	@$(MAKE) --no-print-directory --jobs=4 --output-sync=target --keep-going $(TESTS)

test-faults:  # real processes, to which something happens
	$(BIN)/pytest $(FAULTS)

test-system:  # real processes
	$(BIN)/pytest tests/system $(addprefix --ignore=,$(FAULTS))

test-gateway:  # the platform through its front door
	$(BIN)/pytest tests/gateway

test-browser:  # a real process, and a browser that looks at it
	$(BIN)/pytest --confcutdir=tests/browser $(addprefix --ignore=,$(LOOKS)) tests/browser

test-looks: .venv/installed-dev  ## Walk through the site in a browser, and look at every page in every state
	@sh tests/install_servers.sh
	@npm ci --silent --ignore-scripts --no-audit --no-fund --prefix tests/browser/site
	$(BIN)/pytest --confcutdir=tests/browser $(LOOKS)

test-unit: .venv/installed-dev  ## Run the tests that need no server
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target $(UNIT)

test-unit-booking:
	$(BIN)/pytest tests/unit/booking

test-unit-others:
	$(BIN)/pytest --ignore=tests/unit/booking tests/unit

test-booking test-profiles test-notifications test-chassis test-contracts test-benchmarks:
	$(BIN)/pytest tests/$(@:test-%=%)

test-rest:
	$(BIN)/pytest $(addprefix --ignore=tests/,system gateway browser booking profiles notifications chassis contracts benchmarks unit) tests

bench: .venv/installed-dev .venv-bench/installed  ## Measure the platform beside two peers, in four minutes (needs wrk)
	$(BIN)/python -W ignore -m benchmarks.bench

bench-slots: .venv/installed-dev  ## Measure slots of a busy calendar, and bookings that contend for one (needs wrk)
	$(BIN)/python -W ignore -m benchmarks.slots

bench-reads: .venv/installed-dev  ## Measure public reads with and without the gateway's cache, and pages beside them (needs wrk)
	$(BIN)/python -W ignore -m benchmarks.cached_reads
	$(BIN)/python -W ignore -m benchmarks.pages

bench-streams: .venv/installed-dev  ## Measure reads beside 600 open live streams (needs wrk)
	$(BIN)/python -W ignore -m benchmarks.streams

bench-growth: .venv/installed-dev  ## Measure the platform with no history and with 10 million consultations (needs wrk, 12 GB)
	$(BIN)/python -W ignore -m benchmarks.growth

lighthouse:  ## Lighthouse's scores of six pages of the platform that runs at SITE (needs npm)
	npm ci --silent --ignore-scripts --no-audit --no-fund --prefix tests/browser/site
	$(BIN)/python -m tests.browser.site.lighthouse $(SITE)

soak: .venv/installed-dev  ## Random faults under load for MINUTES, then account for every booking
	@sh tests/install_servers.sh
	$(BIN)/python -m tests.soak --minutes $(MINUTES)

soak-controls: .venv/installed-dev  ## Without the inbox's key, or the retries' guard, the soak must find effects doubled
	@sh tests/install_servers.sh
	$(BIN)/python -m tests.soak --minutes $(MINUTES) --without inbox-key
	$(BIN)/python -m tests.soak --minutes $(MINUTES) --without retry-guard

assets:  ## Make the site's fonts and icons anew from pinned packages (needs npm)
	npm ci --silent --ignore-scripts --no-audit --no-fund --prefix gateway/site/assets/source
	node gateway/site/assets/source/build.mjs
	rm -rf gateway/site/assets/source/node_modules

lock:  ## Write the lock files anew (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
		-o requirements.lock pyproject.toml
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
		--extra dev -o requirements-dev.lock pyproject.toml
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
		-o benchmarks/requirements.lock benchmarks/requirements.in
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
		-o tests/contracts/requirements.lock tests/contracts/requirements.in

clean:  ## Remove what the above made, except data/
	rm -rf .venv .venv-bench .venv-clients .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis dist

.venv/installed: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

.venv-bench/installed: benchmarks/requirements.lock
	@test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --require-hashes -r benchmarks/requirements.lock
	@touch $@

.venv-clients/installed: tests/contracts/requirements.lock
	@test -x .venv-clients/bin/python || $(PYTHON) -m venv .venv-clients
	.venv-clients/bin/python -m pip install --quiet --require-hashes -r tests/contracts/requirements.lock
	@touch $@

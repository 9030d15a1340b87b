# The commands of the portal; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
unexport PYTHONDONTWRITEBYTECODE
PORT ?= 8000
PY := .venv/bin/python
UV := .venv/bin/uv
LOCK := $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --annotation-style line

.PHONY: help
help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## make .venv from the locked requirements, once per lock
	@scripts/setup

# links in mails and PDFs lead to where it is served
run: export SITE_URL ?= http://127.0.0.1:$(PORT)
.PHONY: run
run: setup ## serve the portal with demo data on 127.0.0.1:8000 (PORT=…)
	@$(PY) manage.py prepare --demo --address http://127.0.0.1:$(PORT)/
	@$(PY) manage.py run_due & due=$$!; trap "kill $$due 2>/dev/null" EXIT INT TERM; \
		$(PY) manage.py runserver 127.0.0.1:$(PORT)

.PHONY: otp
otp: ## print the present second-factor codes of the demo staff
	@$(PY) manage.py otp

.PHONY: test
test: ## run the whole suite, on SQLite and on PostgreSQL with a live worker
	@scripts/setup test
	@scripts/test

.PHONY: check
check: setup ## lint, types, templates, migrations, deployment, messages, bill of materials
	@scripts/check

.PHONY: fmt
fmt: setup ## format and sort the Python code
	@.venv/bin/ruff check -q --fix . ; .venv/bin/ruff format -q .

.PHONY: messages
messages: setup ## bring locale/hi up to date with the code
	@$(PY) manage.py makemessages -l hi --no-location --no-wrap \
		--ignore .venv --ignore var --ignore tests --ignore benchmarks
	@$(PY) manage.py compilemessages --ignore .venv --ignore var -v 0

.PHONY: bench
bench: setup ## measure the busiest pages and screening against bare ones
	@scripts/bench

.PHONY: compose-test
compose-test: setup tools ## build and try the containers (as root: also starts an engine)
	@deploy/compose-test

.PHONY: lock
lock: setup ## write the locks anew from the requirements
	@$(LOCK) requirements.txt -o requirements.lock
	@$(LOCK) -c requirements.lock requirements-dev.txt -o requirements-dev.lock
	@$(LOCK) requirements-tools.txt -o requirements-tools.lock

.PHONY: tools
tools: setup ## install the maintainers' tools into var/tools
	@$(UV) venv -q --allow-existing -p $(PY) var/tools
	@$(UV) pip install -q --require-hashes -p var/tools/bin/python -r requirements-tools.lock

.PHONY: audit
audit: tools ## ask an advisory service about the locked versions (needs one; not in CI)
	@var/tools/bin/pip-audit --require-hashes --disable-pip -r requirements.lock

.PHONY: clean
clean: ## remove the demo database, files and reports in var/
	@rm -rf var

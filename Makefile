# `make demo` and `make test` need Python 3.11 or newer, pip and make; everything else they install into .venv.

PYTHON ?= python3
VENV ?= .venv
PYTEST_ARGS ?=

# Windows has a virtual environment's programs in another folder.
bin := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
install = $(bin)/python -m pip install --quiet --quiet --disable-pip-version-check --constraint constraints.txt
setup := pyproject.toml constraints.txt

.PHONY: venv demo learn test quick check verify bench gpu screenshots site wheel clean
.DEFAULT_GOAL := demo

venv: $(VENV)/.all
	@echo "The course command is $(bin)/course; '. $(bin)/activate' puts it on the PATH."

demo: $(VENV)/.core
	@COURSE_SEED=demo $(bin)/course grade examples/*/ --only linear --only normalization \
		--only upsampling/pixelshuffle --only recurrent/cells --output results/demo

learn: $(VENV)/.core
	@$(bin)/course start learn

test: $(VENV)/.dev
	$(bin)/python -m pytest --numprocesses=2 --dist=worksteal $(PYTEST_ARGS)

# The tests of a contributor's loop: those that need no worker, no compiled suite and no other process.
quick: $(VENV)/.dev
	$(bin)/python -m pytest --numprocesses=2 --dist=loadscope -m "not slow and not browser" $(PYTEST_ARGS)

check: $(VENV)/.dev
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/mypy
	$(bin)/lint-imports

verify: $(VENV)/.dev
	$(bin)/course verify

bench: $(VENV)/.dev
	$(bin)/python -m benchmarks
	$(bin)/python -m benchmarks.class --students 10 --students 50

# On a machine with a GPU: all that needs one, in at most 8 minutes.
gpu: $(VENV)/.dev
	$(bin)/python -m benchmarks.gpu

screenshots: $(VENV)/.dev demo site
	$(bin)/python -m tests.screenshots results/demo site docs/pictures

# To read it: $(bin)/python -m http.server -d site
site: $(VENV)/.site
	$(bin)/course release site --site

# What an earlier build left in build/ would get into the package.
wheel: $(VENV)/.made
	rm -rf build
	$(bin)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .

clean:
	rm -rf $(VENV) build dist results site .course-cache .hypothesis .mypy_cache .pytest_cache .ruff_cache *.egg-info

# Stamps: pip runs again only when what it installs from has changed.

$(VENV)/.core: $(VENV)/.made $(setup)
	@echo "Installing what grading needs into $(VENV) (torch is large; this happens once) ..."
	@$(install) --editable .
	@touch $@

$(VENV)/.site: $(VENV)/.made $(setup)
	@echo "Installing what makes the site into $(VENV) (torch is large; this happens once) ..."
	@$(install) --editable '.[site]'
	@touch $@ $(VENV)/.core

$(VENV)/.dev: $(VENV)/.made $(setup)
	@echo "Installing what the tests need into $(VENV) (torch is large; this happens once) ..."
	@$(install) --editable '.[dev]'
	@touch $@ $(VENV)/.core $(VENV)/.site

$(VENV)/.all: $(VENV)/.made $(setup)
	@echo "Installing every extra into $(VENV) (torch is large; this happens once) ..."
	@$(install) --editable '.[classroom,cluster,dev]'
	@touch $@ $(VENV)/.core $(VENV)/.dev $(VENV)/.site

$(VENV)/.made:
	@command -v $(PYTHON) > /dev/null || { echo "There is no $(PYTHON) here: install Python 3.11 or newer, or name one, as in 'make PYTHON=/usr/bin/python3.12'."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is too old: this needs Python 3.11 or newer; name one, as in 'make PYTHON=python3.12'."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || { echo "$(PYTHON) has no venv module: install it (Debian and Ubuntu: apt install python3-venv)."; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

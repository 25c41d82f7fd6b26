# Two commands do everything: `make demo` and `make test`. Each makes its own virtual environment.
#   make test OPENCV=5   the same with OpenCV 5 (its own environment, since cv2 wheels overwrite one another)
OPENCV ?= 4
WHEEL  ?= headless
PYTHON ?= python3

VENV := .venv$(if $(filter 5,$(OPENCV)),-opencv5)$(if $(filter gui,$(WHEEL)),-gui)
BIN  := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: demo test e2e run-e2e lint venv benchmarks clean

venv: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt constraints-opencv$(OPENCV).txt
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --constraint constraints-opencv$(OPENCV).txt \
		--editable '.[$(WHEEL),dev]'
	touch $@

demo: $(INSTALLED)
	mkdir -p output
	$(BIN)/torch-opencv classify sample --view none --record output/classify.mp4 --results output/classify.jsonl

test: $(INSTALLED)
	$(BIN)/python -m pytest -n auto -m 'not e2e'

# A real window under Xvfb: needs the Debian packages that .ci/run installs, and the cv2 wheel that has windows.
e2e:
	$(MAKE) run-e2e WHEEL=gui

run-e2e: $(INSTALLED)
	$(BIN)/python -m pytest -m e2e

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src

benchmarks: $(INSTALLED)
	$(BIN)/python benchmarks/bindings.py
	$(BIN)/python benchmarks/classify.py

clean:
	rm -rf .venv .venv-* output build dist .pytest_cache .mypy_cache .ruff_cache

# Two commands do everything: `make demo` and `make test`. Each makes its own virtual environment, once, and again when
# the project file or the constraints change.
#   make test OPENCV=5   the same with OpenCV 5 (its own environment, since cv2 wheels overwrite one another)
OPENCV ?= 4
WHEEL  ?= headless
PYTHON ?= python3

VENV := .venv$(if $(filter 5,$(OPENCV)),-opencv5)$(if $(filter gui,$(WHEEL)),-gui)
BIN  := $(VENV)/bin
INSTALLED := $(VENV)/.installed
NATIVE := $(VENV)/.native
FACES := faceapi-tiny-face-detector faceapi-landmark-68 faceapi-age-gender faceapi-expression faceapi-recognition

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo demo-faces test slow e2e run-e2e lint docs venv benchmarks clean

demo: $(NATIVE)
	mkdir -p output
	$(BIN)/torch-opencv classify sample --view none --record output/classify.mp4 --results output/classify.jsonl --overwrite
	$(BIN)/torch-opencv stylize sample --view none --record output/stylize.mp4 --results output/stylize.jsonl --side-by-side --overwrite
	$(BIN)/torch-opencv caption sample --view none --record output/caption.mp4 --results output/caption.jsonl --overwrite
	@$(MAKE) --no-print-directory demo-faces

# The weights for faces come by npm or from GitHub. Where neither can be reached, the demo says so, and is none the worse.
demo-faces: $(NATIVE)
	@mkdir -p output
	@rm -f output/faces.*
	@if $(BIN)/torch-opencv models fetch $(FACES) >output/faces.log 2>&1; then \
		sed -n '/^fetching/p' output/faces.log; \
		set -x; $(BIN)/torch-opencv faces sample --view none --record output/faces.mp4 --results output/faces.jsonl --overwrite; \
	else \
		echo 'no faces, as their weights are not on this machine and can not be fetched:'; \
		grep -E '^ +(npm|https)' output/faces.log | sort -u | grep . || cat output/faces.log; \
	fi

test: $(NATIVE)
	$(BIN)/python -m pytest -n auto --dist loadgroup -m 'not e2e and not slow'

slow: $(NATIVE)
	$(BIN)/python -m pytest -n auto --dist loadgroup -m 'slow and not e2e'

# Real windows under Xvfb: needs the Debian packages that .ci/run installs, and the cv2 wheel that has windows.
e2e:
	$(MAKE) --no-print-directory run-e2e WHEEL=gui

run-e2e: $(NATIVE)
	$(BIN)/python -m pytest -n 2 --dist loadfile -m e2e

# The pages' examples are set in columns, which the formatter would take apart.
lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --exclude '*.md' .
	$(BIN)/mypy src examples
	$(BIN)/pyright --project pyproject.toml --pythonpath $(BIN)/python

# The pages as a site, in site/. A link that leads nowhere fails.
docs: $(INSTALLED)
	$(BIN)/mkdocs build --strict

benchmarks: $(NATIVE)
	$(BIN)/python benchmarks/bindings.py
	$(BIN)/python benchmarks/classify.py
	$(BIN)/python benchmarks/live.py
	$(BIN)/python benchmarks/stylize.py
	$(BIN)/python benchmarks/startup.py

venv: $(NATIVE)

$(INSTALLED): pyproject.toml constraints.txt constraints-opencv$(OPENCV).txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 10) or sys.exit("Python 3.10 or newer, please: make PYTHON=...")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --constraint constraints-opencv$(OPENCV).txt \
		--editable '.[$(WHEEL),dev]'
	touch $@

# The bindings' fast path, again when its source has changed. Without a compiler all works without it.
$(NATIVE): $(INSTALLED) hatch_build.py $(wildcard native/*)
	$(BIN)/python hatch_build.py
	touch $@

clean:
	rm -rf .venv .venv-* output site build dist .pytest_cache .mypy_cache .ruff_cache src/torch_opencv/_binding/_native.*

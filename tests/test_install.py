"""What a user meets who has no OpenCV, or a broken one: one line that says which command mends it."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from torch_opencv._binding.install import require_opencv

_CHECKOUT = Path(__file__).resolve().parent.parent

_REINSTALL = (
    "pip uninstall -y opencv-python opencv-contrib-python opencv-python-headless opencv-contrib-python-headless"
)
_HEADLESS = "pip install 'torch-opencv[headless]'"

_MISSING_LIBRARY = "{}: cannot open shared object file: No such file or directory"
_BROKEN = {
    "none": (
        "raise ModuleNotFoundError(\"No module named 'cv2'\", name='cv2')",
        ["none is installed", _HEADLESS, "'torch-opencv[gui]'"],
    ),
    # the three that a container without a desktop lacks, in the order in which the loader misses them
    "libGL": (
        f"raise ImportError('{_MISSING_LIBRARY.format('libGL.so.1')}')",
        ["libGL.so.1", _REINSTALL, _HEADLESS],
    ),
    "glib": (
        f"raise ImportError('{_MISSING_LIBRARY.format('libgthread-2.0.so.0')}')",
        ["libgthread-2.0.so.0", _REINSTALL, _HEADLESS],
    ),
    "xcb": (f"raise ImportError('{_MISSING_LIBRARY.format('libxcb.so.1')}')", ["libxcb.so.1", _REINSTALL, _HEADLESS]),
    "built for another numpy": (
        "raise ImportError('numpy.core.multiarray failed to import')",
        ["numpy.core.multiarray", _REINSTALL, _HEADLESS],
    ),
    "without its loader": (
        "raise ImportError('OpenCV loader: missing configuration file: config.py.\\nCheck OpenCV installation.')",
        ["config.py", _REINSTALL, _HEADLESS],
    ),
    "too old": ("__version__ = '4.9.0'", ["4.10", "4.9.0", _HEADLESS]),
    "incomplete": ("", ["incomplete", _REINSTALL, _HEADLESS]),
}


def _run(
    code: str, *, before: Path | None = None, python: Path | str = sys.executable
) -> subprocess.CompletedProcess[str]:
    """Run Python code, with a folder of packages in front of the installed ones."""
    environment = {**os.environ, "PYTHONPATH": str(before)} if before else None
    return subprocess.run([python, "-c", code], env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("case", _BROKEN)
def test_import_names_the_command_that_mends_opencv(case: str, tmp_path: Path) -> None:
    source, expected = _BROKEN[case]
    (tmp_path / "cv2").mkdir()
    (tmp_path / "cv2" / "__init__.py").write_text(source)
    ended = _run("import torch_opencv as cv; cv.resize", before=tmp_path)
    _check_one_line(ended, expected)


def test_import_survives_what_an_uninstalled_wheel_leaves(tmp_path: Path) -> None:
    # pip leaves folders in which it finds files that it didn't bring; without __init__.py Python still imports them
    (tmp_path / "cv2" / "qt" / "fonts").mkdir(parents=True)
    without_ours = f"import sys; sys.path = [p for p in sys.path if p != {sysconfig.get_path('purelib')!r}]"
    code = f"{without_ours}; sys.path += [{str(_CHECKOUT / 'src')!r}]; import torch_opencv as cv; cv.resize"
    _check_one_line(_run(code, before=tmp_path), ["incomplete", _REINSTALL, _HEADLESS])


def test_other_missing_modules_are_not_blamed_on_opencv(tmp_path: Path) -> None:
    (tmp_path / "cv2").mkdir()
    (tmp_path / "cv2" / "__init__.py").write_text("import a_module_of_nobody")
    ended = _run("import torch_opencv as cv; cv.resize", before=tmp_path)
    assert ended.stderr.splitlines()[-1] == "ModuleNotFoundError: No module named 'a_module_of_nobody'"


def _check_one_line(ended: subprocess.CompletedProcess[str], expected: list[str]) -> None:
    message = ended.stderr.splitlines()[-1]
    assert ended.returncode == 1
    assert message.startswith("ImportError: ")
    assert [part for part in expected if part not in message] == [], message
    assert ended.stderr.count("ImportError: ") == 1, "what cv2 itself said is not to stand before it"
    assert "During handling" not in ended.stderr


def test_fonts_are_lent_to_an_opencv_that_has_lost_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # what the config-3.py of OpenCV 5.0's wheel with windows does; the folder isn't in the wheel
    monkeypatch.setenv("QT_QPA_FONTDIR", str(tmp_path / "cv2" / "qt" / "fonts"))
    require_opencv()
    assert list(Path(os.environ["QT_QPA_FONTDIR"]).glob("DejaVuSans.ttf"))


def test_fonts_that_are_there_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_FONTDIR", str(tmp_path))
    require_opencv()
    assert os.environ["QT_QPA_FONTDIR"] == str(tmp_path)
    monkeypatch.delenv("QT_QPA_FONTDIR")
    require_opencv()
    assert "QT_QPA_FONTDIR" not in os.environ


def test_import_brings_nothing_that_only_programs_need() -> None:
    heavy = ["av", "huggingface_hub", "onnx", "onnxruntime", "onnxscript", "pooch", "requests", "rich", "timm", "typer"]
    code = "import sys, torch, cv2; before = set(sys.modules); import torch_opencv; torch_opencv.resize; "
    code += "print(*set(sys.modules) - before)"
    ended = _run(code)
    assert "torch_opencv._binding.wrap" in ended.stdout.split(), ended.stderr
    assert {module.split(".")[0] for module in ended.stdout.split()}.isdisjoint(heavy)


def test_importing_the_package_alone_imports_neither_torch_nor_cv2() -> None:
    ended = _run("import sys, torch_opencv; print({'torch', 'cv2', 'numpy'} & set(sys.modules))")
    assert ended.stdout == "set()\n", ended.stderr


def test_tests_refuse_two_cv2_wheels(tmp_path: Path) -> None:
    for name in ("opencv-python", "opencv-contrib-python"):
        folder = tmp_path / f"{name.replace('-', '_')}-4.12.0.88.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 4.12.0.88\n")
    ended = _run(f"import pytest; raise SystemExit(pytest.main(['--collect-only', {__file__!r}]))", before=tmp_path)
    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert "cv2 wheels, which overwrite one another: opencv-python, " in ended.stderr


# --- for real ---------------------------------------------------------------------------------------------------------


@pytest.mark.e2e
def test_a_wheel_without_opencv_and_what_mends_it(tmp_path: Path) -> None:
    python = _environment_without_cv2(tmp_path)
    _pip_install(python, "--no-deps", str(_CHECKOUT))
    ended = _run("import torch_opencv as cv; cv.resize", python=python)
    _check_one_line(ended, ["none is installed", _HEADLESS])

    # The command that the line names, but for where the package comes from and the version that is tested here.
    _pip_install(python, f"{_CHECKOUT}[headless]", f"opencv-contrib-python-headless=={_opencv_version()}")
    use = "import torch, torch_opencv as cv; print(tuple(cv.resize(torch.zeros(8, 8, 3), (4, 2)).shape), cv.__file__)"
    ended = _run(use, python=python)
    assert ended.stdout.startswith("(2, 4, 3) "), ended.stderr
    assert str(tmp_path) in ended.stdout, "the installed package is what was tried, not the checkout"


def _environment_without_cv2(folder: Path) -> Path:
    """The Python of an environment with all that this one has, but cv2 and torch-opencv: links, no copies."""
    packages = folder / "packages"
    packages.mkdir()
    for installed in Path(sysconfig.get_path("purelib")).iterdir():
        if not any(name in installed.name for name in ("cv2", "opencv", "__editable__", "_editable_impl")):
            (packages / installed.name).symlink_to(installed)
    venv.create(folder / "venv", with_pip=True)
    site = next((folder / "venv").glob("lib/python*/site-packages"))
    (site / "packages.pth").write_text(str(packages))
    return folder / "venv" / "bin" / "python"


def _pip_install(python: Path, *what: str) -> None:
    ended = subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", *what], capture_output=True, text=True, cwd=python.parent
    )
    assert ended.returncode == 0, ended.stderr


def _opencv_version() -> str:
    names = (d.metadata["Name"] for d in importlib.metadata.distributions())
    return importlib.metadata.version(next(name for name in names if name.startswith("opencv-contrib-python")))

"""The wheel has everything, and the README's commands are the ones that are run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """quizapp's wheel, built without a network by the hatchling that is installed."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    (built,) = out.glob("quizapp-*.whl")
    return built


def test_the_wheel_holds_code_styles_and_questions(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "quizapp/__main__.py",
        "quizapp/ui/app.tcss",
        "solvers/convolution.py",
        "solvers/__main__.py",
        "questions/exam.yaml",
        *(f"questions/weeks/week-{week:02}.yaml" for week in range(2, 12)),
        "questions/weeks/beyond.yaml",
        "questions/interview.yaml",
    } - names <= {"solvers/convolution.py"}  # which may be a folder
    assert any(name.startswith("solvers/convolution") for name in names)
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"quizapp", "solvers", "questions"}


def test_everything_in_the_folders_is_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    listed = run("git", "ls-files", "quizapp", "solvers", "questions", cwd=ROOT).split()
    assert {name for name in listed if (ROOT / name).exists()} <= names


def test_an_empty_environment_runs_the_wheel(wheel: Path, tmp_path: Path) -> None:
    """Dependencies come from this environment, quizapp from the wheel."""
    folder = tmp_path / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", python]
    run(*pip, "install", "-q", "--no-deps", "--no-index", wheel, cwd=tmp_path)
    site = Path(
        run(
            python, "-c", "import sysconfig as s; print(s.get_path('purelib'))", cwd=tmp_path
        ).strip()
    )
    # A path in a .pth file is not searched for .pth files itself, so our own checkout stays out.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    code = (
        "import json, quizapp, solvers; from quizapp.content import bank; library = bank.load();"
        "print(json.dumps([quizapp.__file__, solvers.__file__, len(library.exam.questions),"
        " library.exam.points, [week.week for week in library.weeks], len(library.problems)]))"
    )
    ours, numbers, *content = json.loads(run(python, "-I", "-c", code, cwd=tmp_path))
    assert Path(ours).is_relative_to(folder)
    assert Path(numbers).is_relative_to(folder)
    assert content == [20, 98, list(range(2, 13)), 0]
    quizapp = folder / "bin" / "quizapp"
    words = ["solve", "convolution.layer", "height=32", "channels=3", "filters=16", "kernel=5"]
    assert "parameters = 1,216" in run(quizapp, *words, "--device", "none", cwd=tmp_path)
    assert "no problems" in run(quizapp, "lint", cwd=tmp_path)


# ------------------------------------------------------------------------------- README


def command(name: str) -> str:
    """The README's command of this name: what stands between its markers."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- {name} command -->\n```sh\n(.*?)\n```\n<!-- end -->", readme, re.S)
    assert found
    return found[1]


@pytest.mark.parametrize("name", ["start", "test"])
def test_a_command_of_the_readme_is_one_line_that_a_shell_reads(name: str) -> None:
    line = command(name)
    assert "\n" not in line
    for shell in ("sh", "bash"):
        subprocess.run([shell, "-n", "-c", line], check=True)


def test_the_ci_runs_the_readme_s_test_command() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    extraction = re.search(r"^tests=\$\((.*)\)$", script, re.M)
    assert extraction
    assert run("bash", "-c", extraction[1], cwd=ROOT) == command("test") + "\n"


def test_the_readme_lists_every_command() -> None:
    from quizapp.cli import COMMANDS

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`quizapp {name}" not in readme] == []


def test_the_question_of_the_readme_is_a_good_one(tmp_path: Path) -> None:
    from quizapp.content.lint import lint

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(questions:\n.*?)```", readme, re.S)
    text = f"title: Mine\nminutes: 10\n{example}"
    (tmp_path / "exam.yaml").write_text(text, encoding="utf-8")
    assert [str(problem) for problem in lint(tmp_path)] == []

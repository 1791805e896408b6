"""A new check, kind, format and page are one file, their words and one test: docs/extending.md.

The examples are taken out of the page, put into a copy of the project, and tried there by a program
of its own, so that neither the page nor the rooms' discovery can rot.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.posix  # it is about the sources, not about a guarded PC

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "extending.md"
BLOCK = re.compile(r"""^```\w+ title="([^"]+)"\n(.*?)^```$""", re.MULTILINE | re.DOTALL)
COPIED = (
    *("agentguard", "installer", "policies", "resources", "tests", "tools", "docs"),
    *("README.md", "SECURITY.md", "pyproject.toml"),
)
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*", "corpus", "img", "windows", "desktop")
CODE = ("agentguard/",)
TESTS = ("tests/",)


def sections() -> dict[str, list[tuple[str, str]]]:
    """Give the files of each example, by its heading."""
    every = PAGE.read_text(encoding="utf-8").split("\n## ")[1:]
    return {one.partition("\n")[0]: BLOCK.findall(one) for one in every}


SECTIONS = sections()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the project with every example in it; nothing else is edited by hand."""
    copy = tmp_path_factory.mktemp("project")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=LEFT_OUT)
        else:
            shutil.copy(ROOT / name, copy / name)
    for examples in SECTIONS.values():
        for name, text in examples:
            file = copy / name
            assert not file.exists() or file.suffix == ".toml", "code is never edited"
            before = f"{file.read_text(encoding='utf-8').rstrip()}\n" if file.exists() else ""
            parting = "\n" if before and text.startswith("[") else ""
            file.write_text(before + parting + text, encoding="utf-8")
    for module in ("tools.known_kinds", "tools.made", "tests.unit.detect.text.kinds_page"):
        assert run(copy, "-m", module) == (0, ""), module
    return copy


def run(project: Path, *words: str) -> tuple[int, str]:
    """Run Python in a copy of the project; give how it ended, and what it said if not well."""
    environment = {**os.environ, "PYTHONPATH": str(project)}
    done = subprocess.run(
        (sys.executable, *words),
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return done.returncode, "" if not done.returncode else done.stdout[-4000:] + done.stderr[-2000:]


@pytest.mark.parametrize("section", SECTIONS)
def test_an_example_is_one_file_its_words_and_its_test(section: str) -> None:
    names = [name for name, _ in SECTIONS[section]]
    code = [name for name in names if name.endswith((".py", ".html")) and name.startswith(CODE)]
    words = [name for name in names if name.startswith("resources/text/en/")]
    claims = [name for name in names if name.startswith("resources/requirements/")]
    tests = [name for name in names if name.startswith(TESTS)]
    assert sorted(code + words + claims + tests) == sorted(names)
    assert len([name for name in code if name.endswith(".py")]) == 1
    assert len(words) <= 1
    assert len(claims) <= 1  # what a check proves, in one file with what all others do
    assert 1 <= len(tests) <= 2  # the second is a line in a table of what may be claimed or seen


def test_the_rooms_find_every_example_by_themselves(project: Path) -> None:
    catalogue = (project / "resources" / "catalogue.json").read_text(encoding="utf-8")
    assert '"usb-count"' in catalogue
    assert '"usb-count"' in (project / "policies/policy.schema.json").read_text(encoding="utf-8")
    assert "`usb-count`" in (project / "docs/requirements.md").read_text(encoding="utf-8")
    assert "| HR_OIB | Croatian" in (project / "docs/kinds.md").read_text(encoding="utf-8")
    known = (project / "agentguard/model/known_kinds.py").read_text(encoding="utf-8")
    assert '"HR_OIB"' in known


def test_the_examples_are_written_as_the_linter_wants(project: Path) -> None:
    every = [name for examples in SECTIONS.values() for name, _ in examples]
    code = [name for name in every if name.endswith(".py")]
    assert run(project, "-m", "ruff", "check", "--no-cache", *code) == (0, "")
    assert run(project, "-m", "ruff", "format", "--no-cache", "--check", *code) == (0, "")


TRIED = {
    "tests/unit/checks/test_usb_count.py": "",
    "tests/unit/checks/test_every_check.py": "usb",
    "tests/unit/checks/test_gaps.py": "",
    "tests/house/test_catalogue.py": "",
    "tests/house/test_proofs.py": "",
    "tests/unit/policy/test_shipped.py": "",
    "tests/unit/detect/text/test_vectors.py": "OIB",
    "tests/unit/detect/text/test_kinds_page.py": "",
    "tests/unit/detect/files/test_ldif.py": "",
    "tests/server/test_versions.py": "sqlite",
    "tests/server/test_rights.py": "said",
    "tests/house/test_texts.py": "",
    "tests/house/test_docstrings.py": "",
}
"""What is run in the copy: the examples' own tests, and what holds for all of a room.

Each file with a word that the names of its tests have, or whole.
"""


def chosen(file: str, word: str) -> str:
    """Give pytest's word for a file's tests."""
    return f"({Path(file).stem} and {word})" if word else Path(file).stem


@pytest.mark.heavy
@pytest.mark.timeout(300)
def test_the_examples_pass_their_tests_and_those_of_their_rooms(project: Path) -> None:
    """In one program: to start pytest and to load the rooms takes as long as the tests."""
    names = " or ".join(chosen(file, word) for file, word in TRIED.items())
    quiet = ("-q", "-p", "no:cacheprovider", "-n", "0", "-k", names)
    done = run(project, "-m", "pytest", *quiet, *TRIED)
    assert done == (0, "")

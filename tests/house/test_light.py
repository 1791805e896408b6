"""What the agent's own process must not carry: it runs eight hours a day on every desk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import shtab

from agentguard import cli
from agentguard.runtime import bootstrap
from agentguard.uplink import enrolment

LATER = (
    "agentguard.runtime.agent", "agentguard.model.events", "agentguard.model.snapshot",
    "agentguard.ports.desktop", "hashlib", "psutil", "sqlite3", "yaml",
)  # fmt: skip
HEAVY = (
    "alembic", "jinja2", "litestar", "pypdfium2", "segno", "shtab", "sqlalchemy", "tqdm", "uvicorn",
)  # fmt: skip
TALK = ("asyncio", "email", "http.client", "smtplib", "ssl", "urllib.request", "xml.sax")


@pytest.mark.parametrize("command", ["run", "tray"])
def test_the_agent_carries_neither_the_endpoint_nor_the_readers_of_files(command: str) -> None:
    show = (
        "import sys\n"
        "from agentguard import cli, platforms; from agentguard.runtime import bootstrap as start\n"
        f"cli._parser([{command!r}])\n"
        "platforms.load()\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    ended = subprocess.run(
        (sys.executable, "-c", show), capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(ended.stdout.split())
    assert "agentguard" in loaded
    assert not loaded & set(HEAVY)
    assert "PySide6" not in loaded, "windows are for the tray alone"
    assert not loaded & {"cryptography", "nacl"}, "only an agent that runs signs"
    assert "ssl" not in loaded, "only an enrolled agent speaks to an endpoint"


def test_an_icon_carries_neither_the_pages_of_the_window_nor_http() -> None:
    """Of a library that draws one picture, HTTP, TLS and mail came along: 4 MiB on every desk."""
    show = (
        "import sys\n"
        "from agentguard import cli, platforms; from agentguard.runtime import bootstrap as start\n"
        "cli._parser(['tray'])\n"
        "import agentguard.ui.startup_icon, agentguard.ui.run\n"
        "platforms.load()\n"
        "print(*sys.modules)"
    )
    ended = subprocess.run(
        (sys.executable, "-c", show), capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(ended.stdout.split())
    assert {"agentguard.ui.tray", "agentguard.ui.shields", "agentguard.ui.prompts"} <= loaded
    assert not loaded & {*HEAVY, *TALK, "agentguard.ui.window", "difflib", "cryptography"}


def test_a_first_icon_waits_for_nothing_that_it_does_not_show() -> None:
    """Half a start went into what only the agent needs, which begins once the icon stands."""
    show = (
        "import sys\n"
        "from agentguard import cli\n"
        "cli._parser(['tray'])\n"
        "import agentguard.ui.startup_icon\n"
        "print(*sys.modules)"
    )
    ended = subprocess.run(
        (sys.executable, "-c", show), capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(ended.stdout.split())
    assert {
        "agentguard.commands.tray",
        "agentguard.base.translations",
        "PySide6.QtWidgets",
    } <= loaded
    assert not loaded & {*LATER, *HEAVY, *TALK}


IDLE = """
import enum, sys
from agentguard import cli, platforms
from agentguard.commands import _guard_session
cli._parser(['tray'])
_guard_session._be_lean()
from agentguard.ui.sourceless import spare
spare()
import agentguard.ui.startup_icon, agentguard.ui.run
platforms.load()
import agentguard.runtime.bootstrap, agentguard.uplink.compose, agentguard.uplink.late_identity
from agentguard.uplink.identity import DeviceKey
DeviceKey(bytes(32), "file").sign(b"said")
from agentguard.trust.curves import Box, public_half, stretched
Box(public_half(bytes(32))).sealed(bytes(12), b"said", b"here")
stretched(b"said", bytes(16), passes=1, kib=8)
import agentguard.store.journal, agentguard.trust.dsse, agentguard.uplink.signing
print(*(name for name, one in sys.modules.items() if getattr(one, "__spec__", None)))
def below(kind):
    for one in kind.__subclasses__():
        yield one
        yield from below(one)
print(*{one.__qualname__.partition(".")[0] for one in below(enum.Enum)})
from cryptography.hazmat.bindings.openssl.binding import Binding
print(len(vars(Binding.lib)))
"""
SPARED = {
    "configparser", "cryptography", "msgspec._json_schema.schema", "msgspec.inspect",
    "pyrage", "pyrage.pyrage", "ruamel", "urllib.request",
}  # fmt: skip


def test_row_385_an_idle_enrolled_desk_carries_nothing_that_only_few_hours_need() -> None:
    """Each costs from a quarter to one and a half MiB; a desk that uses one reads it then."""
    ended = subprocess.run(
        (sys.executable, "-c", IDLE), capture_output=True, text=True, check=True, timeout=120
    )
    loaded, enums, listed = ended.stdout.splitlines()
    assert int(listed) < 50, "some 2,400 functions of OpenSSL that nobody here calls"
    assert {"nacl", "agentguard.vault.vault", "msgspec"} <= set(loaded.split())
    assert not set(loaded.split()) & SPARED
    assert "Qt" in enums.split()
    assert "QStyle" not in enums.split(), "700 numbers for one sum"


def test_row_246_what_read_the_words_of_the_command_is_let_go_of() -> None:
    show = (
        "import gc\n"
        "from agentguard import cli\n"
        "run = cli._wanted(['tray', '--may-quit'])\n"
        "print(run.args[0].command, run.args[0].may_quit, run.args[0].quiet)\n"
        "from agentguard.commands import _guard_session\n"
        "def there():\n"
        "    gc.unfreeze()\n"
        "    gc.collect()\n"
        "    return {one.__module__ for one in gc.get_objects() if isinstance(one, type)}\n"
        "print('argparse' in there())\n"
        "_guard_session._be_lean()\n"
        "print('argparse' in there())\n"
        "try:\n"
        "    cli._wanted(['tray', '--wrong'])\n"
        "except SystemExit as ended:\n"
        "    print(ended.code)\n"
        "import argparse\n"
        "print(argparse.ArgumentParser(prog='x').parse_args([]))"
    )
    ended = subprocess.run(
        (sys.executable, "-c", show), capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout.splitlines() == ["tray True False", "True", "False", "2", "Namespace()"]


def test_row_385_the_library_still_looks_whether_its_halves_belong_together() -> None:
    show = (
        "from agentguard.commands import _guard_session\n"
        "_guard_session._be_lean()\n"
        "import cryptography\n"
        "cryptography.__version__ = '0'\n"
        "import cryptography.hazmat.bindings.openssl.binding\n"
    )
    ended = subprocess.run(
        (sys.executable, "-c", show), capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode
    assert "does not match the loaded shared object" in ended.stderr


def test_row_386_what_is_large_while_it_is_read_is_read_before_the_rest(tmp_path: Path) -> None:
    """The catalogue of programs leaves as much free as it keeps: what comes next has room there."""
    show = (
        "import sys\n"
        "from pathlib import Path\n"
        "from agentguard.commands import _guard_session\n"
        f"kept = _guard_session._catalogue(Path({str(tmp_path)!r}))\n"
        "print(*sys.modules)\n"
        "print(kept.start().contents.lines > 1000)"
    )
    ended = subprocess.run(
        (sys.executable, "-c", show), capture_output=True, text=True, check=True, timeout=60
    )
    loaded, read = ended.stdout.splitlines()
    assert read == "True"
    assert not set(loaded.split()) & {
        "agentguard.runtime.bootstrap", "agentguard.runtime.compose", "agentguard.uplink.enrolment",
        "cryptography", "psutil",
    }  # fmt: skip


@pytest.mark.parametrize("spared", [True, False])
def test_no_source_is_kept_of_what_the_windows_import(spared: bool) -> None:
    """The second run shows that the look is still there to be spared."""
    show = (
        "import linecache\n"
        "from agentguard.ui.sourceless import spare\n"
        f"print(spare() if {spared} else True)\n"
        "import agentguard.ui.run\n"
        "import agentguard\n"
        "print(sum(name.startswith(agentguard.__path__[0]) for name in linecache.cache))"
    )
    ended = subprocess.run(
        (sys.executable, "-c", show), capture_output=True, text=True, check=True, timeout=60
    )
    found, kept = ended.stdout.split()
    assert found == "True"
    assert (int(kept) == 0) is spared


def test_an_enrolment_is_looked_for_where_it_is_written() -> None:
    assert bootstrap.ENROLMENT == enrolment.FILE


def test_every_shell_that_can_be_completed_is_offered() -> None:
    assert list(cli.SHELLS) == list(shtab.SUPPORTED_SHELLS)


def test_completion_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--print-completion", "bash"])
    assert not ended.value.code
    assert "agentguard" in capsys.readouterr().out


def test_row_467_a_desk_on_which_nothing_is_shown_reads_no_typeface() -> None:
    """Which typefaces a system has, and what the first one looks like, takes 2 MiB; the second run
    shows that the look sees it.
    """
    show = (
        "import sys\n"
        "from pathlib import Path\n"
        "from PySide6.QtGui import QFontInfo\n"
        "from agentguard.ui.startup_icon import application\n"
        "from agentguard.ui.theme import Theme\n"
        "app = application()\n"
        "Theme(app)\n"
        "def read():\n"
        "    maps = Path('/proc/self/maps').read_text()\n"
        "    return '.ttf' in maps or '.otf' in maps\n"
        "print(read())\n"
        "QFontInfo(app.font()).family()\n"
        "print(read())"
    )
    ended = subprocess.run(
        (sys.executable, "-c", show), capture_output=True, text=True, check=True, timeout=60,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert ended.stdout.split() == ["False", "True"]


@pytest.mark.parametrize("shed", [True, False])
def test_row_467_a_wrong_call_of_qt_is_told_by_what_is_read_for_it(shed: bool) -> None:
    """Each of the modules stays away until then, and what is told is PySide's own."""
    show = (
        "import gc, sys\n"
        "from agentguard import cli\n"
        "from agentguard.ui.sourceless import spare\n"
        "spare()\n"
        "from agentguard.ui.startup_icon import application\n"
        "from agentguard.ui.call_signatures import shed\n"
        "app = application()\n"
        f"print(shed() if {shed} else True)\n"
        "gc.collect()\n"
        "there = {one.__name__.split('.')[-1] for one in gc.get_objects()\n"
        "         if type(one) is type(sys) and vars(one).get('__spec__')}\n"
        "print(*sorted(there & {'ast', 'dis', 'enum_sig', 'inspect', 'layout', 'parser',\n"
        "                       'zipfile'}))\n"
        "from PySide6.QtWidgets import QLabel\n"
        "words = QLabel()\n"
        "for _ in range(2):\n"
        "    try:\n"
        "        words.setText(5)\n"
        "    except TypeError as error:\n"
        "        print(str(error).splitlines()[-1])\n"
        "words.setText('Ready.')\n"
        "import inspect\n"
        "print(words.text(), inspect.signature(sorted), inspect.Parameter.__name__)"
    )
    ended = subprocess.run(
        (sys.executable, "-c", show), capture_output=True, text=True, check=True, timeout=60,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    done, there, first, again, last = ended.stdout.splitlines()
    assert done == "True"
    assert ("inspect" in there) is not shed
    assert (there == "") is shed
    assert first == again == "  PySide6.QtWidgets.QLabel.setText(arg__1: str, /)"
    assert last.startswith("Ready. (")
    assert last.endswith(" Parameter")

#!/usr/bin/env python3
"""The one door for work on AgentGuard: demo, test, lint, fuzz, bench, build, docs, ...

Standard library only. The first call makes `.venv` from `uv.lock` and says what it does; later
calls find it ready. As root on Debian it also installs the system's packages that are missing;
otherwise it prints the command.
"""

from __future__ import annotations

import argparse
import hashlib
import inspect
import io
import json
import os
import platform
import shutil
import ssl
import subprocess
import sys
import sysconfig
import time
import tomllib
import urllib.request
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
STAMP = VENV / "agentguard.stamp"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
OLDEST = (3, 11)

QT = [
    "ca-certificates",
    "fontconfig",
    "fonts-dejavu-core",
    "libdbus-1-3",
    "libegl1",
    "libfontconfig1",
    "libgl1",
    "libglib2.0-0t64",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-xinerama0",
    "libxcb-xkb1",
    "libxkbcommon-x11-0",
]
REAL = [
    "age",
    "appstream",
    "at-spi2-core",
    "bubblewrap",
    "chromium",
    "crun",
    "cups-client",
    "cups-daemon",
    "dbus",
    "dbus-x11",
    "dconf-cli",
    "dconf-gsettings-backend",
    "desktop-file-utils",
    "docker-compose",
    "dunst",
    "foot",
    "gcc",
    "gnome-keyring",
    "gsettings-desktop-schemas",
    "i3lock",
    "imagemagick",
    "iproute2",
    "kwin-wayland",
    "libc6-dev",
    "libglib2.0-bin",
    "libgtk-3-0t64",
    "libnotify-bin",
    "libsecret-tools",
    "locales",
    "mmdebstrap",
    "mutter",
    "nats-server",
    "network-manager",
    "nginx-light",
    "openbox",
    "passt",
    "pgbouncer",
    "pipewire",
    "pipewire-pulse",
    "podman",
    "postgresql",
    "procps",
    "promtool",
    "pulseaudio",
    "pulseaudio-utils",
    "rpm",
    "rsyslog",
    "rsyslog-gnutls",
    "stalonetray",
    "sway",
    "swaylock",
    "systemd",
    "tzdata",
    "uidmap",
    "umockdev",
    "util-linux",
    "wl-clipboard",
    "wireplumber",
    "wmctrl",
    "wtype",
    "x11-utils",
    "x11-xserver-utils",
    "xclip",
    "xdotool",
    "xfce4-panel",
    "xfce4-screensaver",
    "xsecurelock",
    "xsel",
    "xss-lock",
    "xterm",
    "xvfb",
]

X11 = ["dbus", "imagemagick", "openbox", "x11-utils", "xvfb"]  # pictures of a real desktop
CORPUS = ["age", "gnupg", "tesseract-ocr"]  # encrypted files and pictures for tests
QUICK = ["git", "libfaketime"]  # what the tests without real desktops start beside Python
PEERS = ["clamav", "ripgrep"]  # are measured beside the scan
WINE = ["gcc-mingw-w64-x86-64-win32", "python3", "wine", "wine64", "xvfb"]
PACKAGING = ["libzopfli1", "msitools", "osslsigncode", "wixl"]
LINUX = ["appstream", "dpkg-dev", "desktop-file-utils", "python3", "rpm"]


def say(text: str) -> None:
    """Tell what is being done, and since when: a run of an hour is read by where its time went."""
    print(f"[dev {time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def fail(text: str) -> None:
    """Tell what to do, and end."""
    say(text)
    raise SystemExit(3)


def run(command: Iterable[str | Path], **env: str) -> int:
    """Run a program in the project's folder and give its exit code; Ctrl-C is the program's."""
    words = [str(word) for word in command]
    with subprocess.Popen(words, cwd=ROOT, env={**os.environ, **env}) as program:
        while True:
            try:
                return program.wait()
            except KeyboardInterrupt:
                say("ending")


def trusted() -> dict[str, str]:
    """Return the certificates that this machine was told to trust, for uv as well."""
    names = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    told = next((os.environ[n] for n in names if Path(os.environ.get(n, "")).is_file()), "")
    return {"SSL_CERT_FILE": told} if told else {"UV_SYSTEM_CERTS": "true"}


def must(command: Iterable[str | Path], **env: str) -> None:
    """Run a program that has to succeed."""
    words = [str(word) for word in command]
    if code := run(words, **env):
        fail(f"'{' '.join(words)}' ended with {code}. Its words are above.")


# --- the system's packages -----------------------------------------------------------------


def system_packages(names: Iterable[str]) -> None:
    """Install what is missing of Debian's packages, or print how to."""
    if sys.platform == "win32" or not shutil.which("dpkg-query"):
        return
    missing = sorted(set(names) - _installed())
    if not missing:
        return
    command = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if os.geteuid() != 0:
        fail(f"These system packages are missing. Run this, then call again:\n  sudo {command}")
    say(f"installing {len(missing)} system packages: {' '.join(missing)}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    must(("apt-get", "-qq", "update"), **quiet)
    must((*command.split(), "-qq", "-o", "Dpkg::Use-Pty=0"), **quiet)


def _installed() -> set[str]:
    shown = subprocess.run(
        ("dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\\n"),
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    return {line.split(" ", 1)[1] for line in shown.splitlines() if line.startswith("installed ")}


# --- the Python environment ----------------------------------------------------------------


def environment() -> None:
    """Make `.venv` from the lock file unless it is there already."""
    if sys.version_info < OLDEST:
        fail(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version}.")
    stamp = _wanted()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == stamp:
        return
    uv = _uv()
    say("making .venv from uv.lock")
    interpreter = Path(sys.executable) if sys.prefix == sys.base_prefix else _base_python()
    must(
        (uv, "sync", "--frozen", "--all-extras", "--quiet", "--python", interpreter),
        UV_PYTHON_DOWNLOADS="never",
        UV_PROJECT_ENVIRONMENT=str(VENV),
        UV_NO_PROGRESS="1",
        **trusted(),
    )
    STAMP.write_text(stamp, encoding="utf-8")


def _base_python() -> Path:
    name = "python.exe" if WINDOWS else f"bin/python{sys.version_info[0]}.{sys.version_info[1]}"
    return Path(sys.base_prefix) / name


def _wanted() -> str:
    digest = hashlib.sha256()
    for name in ("uv.lock", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return f"{digest.hexdigest()} {sys.version_info[:2]} {ROOT}"


def _uv() -> Path:
    """Return the locked release of uv: its wheel comes from the lock file, checked by its hash."""
    locked = _locked("uv")
    version = str(locked["version"])
    program = TOOLS / f"uv-{version}" / ("uv.exe" if WINDOWS else "uv")
    if program.exists():
        return program
    say(f"fetching uv {version}")
    wheel = next((w for w in locked["wheels"] if _fits(str(w["url"]))), None)
    if wheel is None:
        fail(f"There is no uv for {sysconfig.get_platform()}; install uv {version} by hand.")
        raise AssertionError
    try:
        context = ssl.create_default_context(cafile=trusted().get("SSL_CERT_FILE"))
        with urllib.request.urlopen(str(wheel["url"]), timeout=120, context=context) as answer:
            data = answer.read()
    except OSError as error:
        fail(f"uv could not be fetched from the Python package index: {error}.")
        raise
    if f"sha256:{hashlib.sha256(data).hexdigest()}" != wheel["hash"]:
        fail("The downloaded uv is not the one in uv.lock; nothing was installed.")
    program.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = next(n for n in archive.namelist() if n.endswith(f"scripts/{program.name}"))
        program.write_bytes(archive.read(name))
    program.chmod(0o755)
    return program


def _locked(name: str) -> dict[str, list[dict[str, str]]]:
    packages = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    found: dict[str, list[dict[str, str]]] = next(p for p in packages if p["name"] == name)
    return found


def _fits(url: str) -> bool:
    machine = platform.machine().lower().replace("arm64", "aarch64").replace("amd64", "x86_64")
    if WINDOWS:
        return f"win_{machine.replace('x86_64', 'amd64').replace('aarch64', 'arm64')}" in url
    if sys.platform == "darwin":
        return "macosx" in url and (machine.replace("aarch64", "arm64") in url)
    libc = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    return libc in url and machine in url


# --- the commands --------------------------------------------------------------------------


def demo(rest: list[str]) -> int:
    """Guard this workstation for a while, with a local endpoint and its console."""
    system_packages(QT)
    environment()
    return run((PYTHON, "-m", "agentguard", "demo", *rest))


def test(rest: list[str]) -> int:
    """Run lint, types, contracts and the tests; --all adds real systems, Wine and the installer.

    --windows runs the tests under Wine alone, --installer those of the MSI, --freeze makes only the
    program that these install; --reproducible freezes and packs twice and compares every byte,
    which no other word does. --python 3.11 runs the same with another Python, which uv finds or
    fetches.
    """
    if "--python" in rest:
        return _with_python(rest)
    ways = {
        "--windows": _under_wine,
        "--installer": _installer,
        "--freeze": _freeze,
        "--reproducible": _reproducible,
    }
    for word, only in ways.items():
        if word in rest:
            return only([other for other in rest if other != word])
    everything = "--all" in rest
    rest = [word for word in rest if word != "--all"]
    more = (*REAL, *WINE, *PACKAGING) if everything else ()
    system_packages((*QT, *CORPUS, *QUICK, *more))
    environment()
    if not everything or WINDOWS:
        return _tests(rest, everything=everything)
    with _beside("--freeze", first=("nice",)):
        code = _tests(rest, everything=True)
    if code:
        return code
    os.environ["TESTED_SIDE_BY_SIDE"] = "1"  # each would hold the other to its own twelve minutes
    with _beside("--installer") as installer:
        code = _under_wine([])
        say(f"tests under Wine ended with {code}")
    return code or installer.returncode


@contextmanager
def _beside(word: str, first: tuple[str, ...] = ()) -> Iterator[subprocess.Popen[bytes]]:
    """Run `dev.py test WORD` beside what is done here, and end when both have.

    Its words come when it has ended; `first` stands before its command. What runs under Wine waits
    for most of its time, and so do tests with real desktops.
    """
    TOOLS.mkdir(exist_ok=True)
    log = TOOLS / f"test{word}.log"
    with log.open("wb") as words:
        command = (*first, sys.executable, str(ROOT / "dev.py"), "test", word)
        program = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=words, stderr=words
        )
    try:
        yield program
    finally:
        program.wait()
        say(f"`dev.py test {word}`, run beside the others, ended with {program.returncode}:")
        print(log.read_text(encoding="utf-8", errors="replace"), flush=True)


def _tests(rest: list[str], *, everything: bool) -> int:
    if everything and (code := _covered()):
        return code
    marks: tuple[str, ...] = () if everything else ("-m", "not heavy")
    # What has just passed, with its branches counted, is not run a second time.
    done = [f"--leave-out={ran}" for _, ran in _counted()]
    left_out = done if everything and not rest else []
    chosen = any(word.startswith("-n") for word in rest)
    # Tests wait for programs, endpoints and limits, real desktops for windows: one more fills that.
    many = (os.cpu_count() or 1) + 1
    workers = () if chosen else ("-n", str(many), "--dist", "worksteal")
    say(f"tests on Python {platform.python_version()}")
    code = run((PYTHON, "-m", "pytest", *marks, *workers, *left_out, *rest), **TESTED)
    if code == FAILED and (everything or os.environ.get("CI")):
        code = _alone()
    return code


TESTED = {"PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": ""}
"""The environment of a run of tests, which start programs by the hundred: none of these compiles
anew what another has compiled, whatever this shell says of bytecode."""

NO_PYTHON = 69
"""What the tests end with when the Python that was asked for cannot be had."""


def _with_python(rest: list[str]) -> int:
    """Run the tests again as another Python, which makes `.venv` anew for itself."""
    at = rest.index("--python")
    version, others = "".join(rest[at + 1 : at + 2]), [*rest[:at], *rest[at + 2 :]]
    found = _interpreter(version)
    if not found:
        say(f"There is no Python {version or '(which one?)'} here, and uv could not fetch one.")
        return NO_PYTHON
    return run((found, ROOT / "dev.py", "test", *others))


def _interpreter(version: str) -> str:
    """Return the path of a Python of this version; empty when there is none and none to fetch."""
    uv, ask = _uv(), ("python", "find", "--no-project", "--system", version)
    environment = {**os.environ, **trusted()}
    for words in (ask, ("python", "install", "--no-bin", version), ask):
        told = subprocess.run(
            (uv, *words), capture_output=True, text=True, check=False, env=environment
        )
        if words is ask and told.returncode == 0:
            return told.stdout.strip()
    return ""


FAILED = 1
"""What pytest ends with when tests failed, and no process of theirs died."""
FEW = 3


def _alone() -> int:
    """Run a few that failed once more, with nothing beside them, and say so.

    Thousands of real desktops, servers and clocks on a busy machine: what fails beside the others
    and holds alone is named for whoever reads the run; more than a few are no accident.
    """
    kept = ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"
    failed = sorted(json.loads(kept.read_text(encoding="utf-8"))) if kept.is_file() else []
    if not 0 < len(failed) <= FEW:
        return FAILED
    say(f"failed beside others, and run again alone: {', '.join(failed)}")
    last = ("--last-failed", "--last-failed-no-failures", "none", "-n", "0")
    code = run((PYTHON, "-m", "pytest", *last), **TESTED)
    if not code:
        say("they hold alone; each is still to be looked at: it is slow, or its test is")
    return code


def _under_wine(rest: list[str]) -> int:
    """Run the tests of a Windows Python, made once under Wine; on Windows they are the others."""
    if WINDOWS:
        return 0
    system_packages(WINE)
    environment()
    folder, tests = TOOLS / "windows", ROOT / "tests" / "windows"
    say("tests under Wine")
    return _windows_python() or run((PYTHON, tests / "run.py", folder, *rest))


def _windows_python() -> int:
    made = ROOT / "tests" / "windows" / "environment.py"
    return run((PYTHON, made, TOOLS / "windows", _uv()), **trusted())


def _installer(rest: list[str], module: str = "tests.installer.run") -> int:
    """Install, upgrade, repair and remove the MSI under Wine, and try the installed agent."""
    if WINDOWS:
        return 0
    system_packages((*WINE, *PACKAGING))
    environment()
    where = {**trusted(), "PYTHONPATH": str(ROOT / "tests" / "windows")}
    words = (PYTHON, "-m", module, *_packaging())
    return _windows_python() or run((*words, *rest), **where)


def _freeze(rest: list[str]) -> int:
    """Freeze the two versions that the tests of the installer install; they find them frozen."""
    return _installer(["--freeze", *rest])


def _reproducible(rest: list[str]) -> int:
    """Build the MSI twice and compare."""
    return _installer(rest, "tests.installer.twice")


def _packaging() -> tuple[str | Path, ...]:
    return "--uv", _uv(), "--tools", TOOLS / "windows", "--cache", TOOLS / "msi"


COVERED = {
    "tests/covered.ini": (
        "not heavy",
        "tests/unit/checks",
        "tests/unit/engine",
        "tests/unit/model",
    ),
    "tests/covered-95.ini": (
        "not heavy and not hypothesis",  # a worker that draws for long dies of the counting
        *(f"tests/unit/{room}" for room in ("mfa", "policy", "store", "trust", "vault")),
        "tests/unit/test_custody.py",
        "tests/unit/sensors/test_lived_clock.py",
        "tests/unit/test_aside_names.py",
        "tests/faults/test_store.py",
        "tests/faults/test_power.py",
    ),
}
"""How much of which modules is covered: by which tests, and of which rooms."""


def _counted() -> list[tuple[str, Path]]:
    """Return the configurations of coverage, each with the file that names what passed under it."""
    folder = ROOT / ".pytest_cache"
    return [(config, folder / f"{Path(config).stem}.json") for config in COVERED]


def _covered() -> int:
    """Hold modules to the share of their branches that the tests of their own rooms take."""
    codes = []
    for config, ran in _counted():
        which, *rooms = COVERED[config]
        say(f"branch coverage of the modules in {config}")
        chosen = ("-q", "-p", "no:randomly", "-m", which, "-n", "auto", "--passed", ran)
        coverage = ("--cov=agentguard", f"--cov-config={config}", "--cov-report=term")
        codes.append(run((PYTHON, "-m", "pytest", *chosen, *coverage, *rooms), **TESTED))
    return max(codes)


LINT: dict[str, tuple[str, ...]] = {
    "ruff": ("ruff", "check", "."),
    "format": ("ruff", "format", "--check", "."),
    "spelling": ("codespell",),
    "types": ("mypy", "--platform", "linux", "--cache-dir", ".mypy_cache/types"),
    "types-windows": ("mypy", "--platform", "win32", "--cache-dir", ".mypy_cache/types-windows"),
    "contracts": ("lint-imports",),
    "lock": ("uv", "lock", "--check", "--quiet"),
}
"""What is held without running the product: by `dev.py lint`, by the hooks of git, and in CI.

Types are kept apart: what is kept of one system is worthless to the other.
"""


def lint(rest: list[str]) -> int:
    """Run ruff, the spelling, mypy (linux, win32), the contracts and the lock's check.

    Names run only those: `dev.py lint types contracts`. It is the Python of `.venv` that does it,
    so that whichever Python git finds for a hook makes no other `.venv`.
    """
    if PYTHON.exists() and Path(sys.prefix).resolve() != VENV.resolve():
        return run((PYTHON, ROOT / "dev.py", "lint", *rest))
    environment()
    if unknown := [name for name in rest if name not in LINT]:
        say(f"There is no check {', '.join(unknown)}; there are: {', '.join(LINT)}.")
        return 2
    commands = [LINT[name] for name in rest or LINT]
    return max([run((BIN / tool, *words)) for tool, *words in commands])


def hooks(rest: list[str]) -> int:
    """Have git run the quick checks before each commit; `git commit --no-verify` goes without."""
    environment()
    return run((BIN / "pre-commit", "install", *rest))


def fuzz(rest: list[str]) -> int:
    """Search long for inputs that break a reader: ten minutes a target, by chance; -k chooses.

    --seconds 3600 searches an hour, --keep adds what was worth it to tests/fuzz/corpus. The tests
    of everything search for seconds, the same each time.
    """
    system_packages((*QT, *CORPUS))
    environment()
    words, named = fuzzing(rest)
    return run((PYTHON, "-m", "pytest", *words), PYTHONUTF8="1", **named)


def fuzzing(rest: list[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return pytest's words and the environment of a long search."""
    parser = argparse.ArgumentParser(prog="dev.py fuzz", add_help=False)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--keep", action="store_true")
    given, others = parser.parse_known_args(rest)
    how = {"SECONDS": str(given.seconds), "SEED": "0", **({"KEEP": "1"} if given.keep else {})}
    workers = () if any(word.startswith("-n") for word in others) else ("-n", "auto")
    words = ("tests/fuzz", "-m", "heavy", *workers, *others)
    return words, {f"AGENTGUARD_FUZZ_{name}": value for name, value in how.items()}


def bench(rest: list[str]) -> int:
    """Run benchmarks, all or by name: accuracy, pii, footprint, ...; options go to each.

    `server` tells what an endpoint on this computer can take; see tools/bench_server.
    """
    system_packages((*QT, *CORPUS, *REAL, *PEERS))
    environment()
    if rest[:1] == ["server"]:
        return run((PYTHON, "-m", "tools.bench_server", *rest[1:]))
    known = sorted(p.stem for p in (ROOT / "benchmarks").glob("[a-z]*.py"))
    split = next((n for n, word in enumerate(rest) if word.startswith("-")), len(rest))
    chosen, options = rest[:split] or known, rest[split:]
    if unknown := [name for name in chosen if name not in known]:
        say(f"There is no benchmark {', '.join(unknown)}; there are: {', '.join(known)}.")
        return 2
    return max(run((PYTHON, ROOT / "benchmarks" / f"{name}.py", *options)) for name in chosen)


def build(rest: list[str]) -> int:
    """Build the wheel and the source archive into dist/, or a package: --msi, --deb, --rpm.

    `--server` with one of the last two makes the endpoint's package instead of the desk's.
    """
    if "--msi" in rest:
        return _msi([word for word in rest if word != "--msi"])
    if {"--deb", "--rpm"} & set(rest):
        system_packages(LINUX)
        environment()
        made = "installer.server.parcels" if "--server" in rest else "installer.linux.packages"
        words = [word for word in rest if word != "--server"]
        return run((PYTHON, "-m", made, _uv(), *words), **trusted())
    environment()
    return run((_uv(), "build", "--quiet", *rest), **trusted())


def _msi(rest: list[str]) -> int:
    """Freeze the agent, under Wine unless this is Windows, and make the MSI into dist/."""
    system_packages((*WINE, *PACKAGING))
    environment()
    words = (PYTHON, "-m", "installer.build_msi", *_packaging(), "--out", "dist", *rest)
    return (0 if WINDOWS else _windows_python()) or run(words, **_commit_time(), **trusted())


def _commit_time() -> dict[str, str]:
    """Return the time that all that is built bears: that of the commit, unless one is set.

    Sources that are no checkout bear the constant of installer/package.py.
    """
    if os.environ.get("SOURCE_DATE_EPOCH") or not shutil.which("git"):
        return {}
    words = ("git", "-C", str(ROOT), "log", "-1", "--format=%ct")
    told = subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
    return {"SOURCE_DATE_EPOCH": told} if told.isdigit() else {}


def docs(rest: list[str]) -> int:
    """Build the documentation into dist/site and the manual pages into dist/man.

    A warning is an error. `--serve` shows the pages while they are written.
    """
    environment()
    quiet = {"NO_MKDOCS_2_WARNING": "1"}
    if "--serve" in rest:
        rest = [word for word in rest if word != "--serve"]
        return run((PYTHON, "-m", "mkdocs", "serve", "--strict", *rest), **quiet)
    made = run((PYTHON, ROOT / "tools" / "docs" / "commands.py", ROOT / "dist" / "man"))
    return made or run((PYTHON, "-m", "mkdocs", "build", "--strict", *rest), **quiet)


def made(rest: list[str]) -> int:
    """Write what is made from the code anew: catalogue, kinds, policy schema, two pages."""
    environment()
    modules = ("tools.known_kinds", "tools.made", "tests.unit.detect.text.kinds_page")
    return max([run((PYTHON, "-m", module, *rest)) for module in modules])


def changes(rest: list[str]) -> int:
    """Show what the next release says is new; `--release VERSION` moves it into CHANGELOG.md."""
    return run((sys.executable, ROOT / "tools" / "changelog.py", *rest))


def shots(rest: list[str]) -> int:
    """Make pictures of the windows into shots/: light and dark, 100 % and 200 %, and under X11.

    --windows makes those of a Windows desktop alone, under Wine: tray, menu, prompts and windows.
    """
    if "--windows" in rest:
        return _windows_shots(*[word for word in rest if word != "--windows"] or ["shots"])
    system_packages((*QT, *X11))
    environment()
    folder, *more = rest or ["shots"]
    scales = ("1", "2")
    made: tuple[str | Path, ...] = (PYTHON, "-m", "tools.gallery", folder, *more, "--scale")
    codes = [run((*made, scale), QT_QPA_PLATFORM="offscreen") for scale in scales]
    return max(*codes, run((PYTHON, "-m", "tests.desktop.shots", folder)))


def _windows_shots(folder: str) -> int:
    system_packages((*WINE, *X11, "xdotool"))
    environment()
    shown = ROOT / "tests" / "windows" / "shots.py"
    return _windows_python() or run((PYTHON, shown, TOOLS / "windows", folder))


def figures(rest: list[str]) -> int:
    """Print the shape of the code in figures: rooms, arrows, files, cycles, the four walks.

    --tree PATH measures another checkout, --json prints all of it, --runs 0 leaves the walks out.
    """
    system_packages((*QT, *CORPUS))
    environment()
    return run((PYTHON, "-m", "tools.figures", *rest))


def texts(rest: list[str]) -> int:
    """Show what is to be translated; --done LANGUAGE writes down that it is."""
    return run((PYTHON, "-m", "tools.translating", *rest))


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "demo": demo,
    "test": test,
    "lint": lint,
    "hooks": hooks,
    "fuzz": fuzz,
    "bench": bench,
    "build": build,
    "docs": docs,
    "made": made,
    "texts": texts,
    "changes": changes,
    "shots": shots,
    "figures": figures,
}


def main() -> int:
    """Find the command and run it."""
    lines = [f"  {name:7} {(do.__doc__ or '').strip()}" for name, do in COMMANDS.items()]
    parser = argparse.ArgumentParser(
        description="The one door for work on AgentGuard.",
        epilog="commands:\n" + "\n".join(lines) + "\n\nWhat follows the command is handed on.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="options of the command")
    given = parser.parse_args()
    if given.rest in (["-h"], ["--help"]):
        print(inspect.cleandoc(COMMANDS[given.command].__doc__ or ""))
        return 0
    try:
        return COMMANDS[given.command](given.rest)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())

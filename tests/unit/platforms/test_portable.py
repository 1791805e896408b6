"""Programs that run and that nobody installed, on both systems: never a path, never a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.platforms._linux.portable_files import portable, running
from agentguard.platforms._portable_programs import MOST, PortablePrograms, Signed, place
from agentguard.platforms._win32 import portable_answers
from agentguard.platforms._win32.portable_answers import Folders
from agentguard.platforms._win32.software_answers import MACHINE, Listed

HOME = Path("/home/maria.huber")


def nobody(_paths: tuple[str, ...]) -> frozenset[str]:
    return frozenset()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/maria.huber/Downloads/putty", "downloads"),
        ("/home/maria.huber/Desktop/deep/tool", "desktop"),
        ("/home/maria.huber/.local/share/x/y", "home"),
        ("/tmp/a", "temporary"),
        ("/run/media/maria.huber/STICK/a", "removable"),
        ("/opt/vendor/dialler", "shared"),
        ("/usr/local/bin/tool", "shared"),
        ("/srv/x", "elsewhere"),
        ("/usr/bin/bash", None),
        ("/snap/firefox/1/firefox", None),
        ("/memfd:runc", None),
        ("/tmp/.mount_ObsidiX1/obsidian", None),
        ("relative", None),
        ("/home/maria.huber/Applications/Obsidian.AppImage", None),
        ("/home/maria.huber/x/Obsidian.AppImage", "home"),
    ],
)
def test_what_no_package_manager_knows_is_told_with_its_kind_of_folder(path: str, kind) -> None:
    found = portable([path, path], HOME, nobody)
    assert found == ([(path, kind)] if kind else [])


def test_what_a_package_put_beside_the_system_is_not_portable() -> None:
    asked: list[tuple[str, ...]] = []

    def owned(paths: tuple[str, ...]) -> frozenset[str]:
        asked.append(paths)
        return frozenset({"/opt/google/chrome/chrome"})

    paths = ["/opt/google/chrome/chrome", "/opt/x/y", "/usr/bin/z"]
    assert portable(paths, HOME, owned) == [("/opt/x/y", "shared")]
    assert asked == [("/opt/google/chrome/chrome", "/opt/x/y")]
    asked.clear()
    assert portable(["/usr/bin/z"], HOME, owned) == []
    assert asked == []  # nothing is asked where there is nothing to ask


def test_a_persons_folders_are_known_in_her_language(tmp_path: Path) -> None:
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config/user-dirs.dirs").write_text(
        'XDG_DOWNLOAD_DIR="$HOME/Téléchargements"\nXDG_MUSIC_DIR="$HOME/Musique"\n', "utf-8"
    )
    path = f"{tmp_path}/Téléchargements/putty"
    assert portable([path], tmp_path, nobody) == [(path, "downloads")]


def test_this_machines_own_programs_run() -> None:
    assert str(Path("/proc/self/exe").resolve()) in set(running())


SYSTEM = ("C:\\Windows", "C:\\Program Files", "", "C:\\Program Files (x86)")
FOLDERS = Folders(system=SYSTEM, home="C:\\Users\\maria.huber", temporary="D:\\Temp")


def on_windows(*paths: str, entries: tuple[Listed, ...] = ()) -> list[tuple[str, str]]:
    return portable_answers.portable(paths, entries, FOLDERS, frozenset({"Z:\\"}))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("C:\\Users\\Maria.Huber\\Downloads\\putty.exe", "downloads"),
        ("C:\\Users\\maria.huber\\AppData\\Roaming\\x\\y.exe", "app-data"),
        ("C:\\Users\\maria.huber\\AppData\\Local\\Temp\\y.exe", "temporary"),
        ("D:\\Temp\\y.exe", "temporary"),
        ("C:\\ProgramData\\x\\y.exe", "shared"),
        ("C:\\Users\\someone.else\\y.exe", "elsewhere"),
        ("E:\\y.exe", "elsewhere"),
        ("C:\\WINDOWS\\System32\\svchost.exe", None),
        ("c:\\program files\\X\\y.exe", None),
        ("Z:\\tool.exe", None),
        ("\\\\server\\share\\tool.exe", None),
        ("", None),
    ],
)
def test_on_windows_too(path: str, kind: str | None) -> None:
    assert on_windows(path) == ([(path, kind)] if kind else [])


ACME = "C:\\Users\\maria.huber\\AppData\\Local\\Acme"
APP = f"{ACME}\\app-1\\acme.exe"


@pytest.mark.parametrize(
    "values",
    [
        {"InstallLocation": "C:\\users\\maria.huber\\AppData\\Local\\Acme"},
        {"InstallLocation": '"C:\\Users\\maria.huber\\AppData\\Local\\Acme\\"'},
        {"DisplayIcon": "C:\\Users\\maria.huber\\AppData\\Local\\Acme\\acme.exe,0"},
        {"UninstallString": f'"{ACME}\\Update.exe" --uninstall'},
    ],
    ids=str,
)
def test_what_the_list_of_programs_says_is_installed_is_not_portable(values: dict) -> None:
    assert on_windows(APP, entries=(Listed(place=MACHINE, entry=values),)) == []


@pytest.mark.parametrize(
    "values",
    [
        {"InstallLocation": "C:\\Users\\maria.huber"},
        {"InstallLocation": "C:\\"},
        {"InstallLocation": "C:\\Users\\maria.huber\\AppData"},
        {"UninstallString": "C:\\Users\\maria.huber\\uninstall.exe"},
        {"UninstallString": "MsiExec.exe /X{90160000-0011-0000-0000-0000000FF1CE}"},
        {"InstallLocation": "\\\\server\\share", "DisplayIcon": 3},
    ],
    ids=str,
)
def test_a_program_that_says_it_is_in_a_wide_folder_hides_nothing(values: dict) -> None:
    assert on_windows(APP, entries=(Listed(place=MACHINE, entry=values),)) == [(APP, "app-data")]


def test_row_169_of_a_path_its_files_name_and_the_kind_of_its_folder_is_told(
    tmp_path: Path,
) -> None:
    file = tmp_path / "maria.huber" / "PuTTY.EXE"
    file.parent.mkdir()
    file.touch()
    told = PortablePrograms(lambda _path: Signed(version="0.81.0.0", signer="Simon Tatham"))
    (item,) = told.seen([(str(file), "downloads")])
    assert (item.name, item.version, item.signer) == ("PuTTY", "0.81.0.0", "Simon Tatham")
    assert item.source == "portable-downloads"
    assert "maria" not in repr(item)
    (back,) = PortablePrograms().seen([("C:\\Users\\maria.huber\\x64 tool.exe", "home")])
    assert (back.name, back.arch) == ("x64 tool", "x64")


def test_a_program_that_ran_is_remembered_as_long_as_its_file_is_there(tmp_path: Path) -> None:
    file, told = tmp_path / "tool", PortablePrograms()
    file.touch()
    assert [one.name for one in told.seen([(str(file), "home")])] == ["tool"]
    assert [one.name for one in told.seen([])] == ["tool"]
    file.unlink()
    assert told.seen([]) == ()
    assert told.seen([("/gone\0", "home")]) != ()
    assert told.seen([]) == ()


def test_no_more_programs_are_remembered_than_a_desk_has() -> None:
    assert len(PortablePrograms().seen((f"/x/{n}", "home") for n in range(MOST + 50))) == MOST


def test_the_longest_folder_that_is_known_tells_the_kind() -> None:
    kinds = {("a",): "wide", ("a", "b"): "near"}
    assert [place(p, kinds) for p in (("a", "b", "c"), ("a", "x"), ("z",))] == [
        "near", "wide", "elsewhere",
    ]  # fmt: skip

"""What of an environment stands: nothing that names code, trust, a place of ours or a key log."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base import environment, paths

ROOT = Path(__file__).parents[2]
LOADED = (
    "OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES", "OPENSSL_CONF_INCLUDE", "SSLKEYLOGFILE",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "LD_PRELOAD",
    "LD_LIBRARY_PATH", "LD_AUDIT", "LD_PROFILE", "LD_TRACE_LOADED_OBJECTS", "GCONV_PATH",
    "GLIBC_TUNABLES", "LOCPATH", "NLSPATH", "MALLOC_CHECK_", "PYTHONPATH", "PYTHONHOME",
    "PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONPLATLIBDIR", "QT_PLUGIN_PATH", "QT_DEBUG_PLUGINS",
    "QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_PLATFORMTHEME", "QT_QPA_GENERIC_PLUGINS",
    "QT_STYLE_OVERRIDE", "QT_XCB_GL_INTEGRATION", "QML2_IMPORT_PATH", "QML_IMPORT_PATH",
    "GTK_MODULES", "GTK_PATH", "GTK_EXE_PREFIX", "GTK_DATA_PREFIX", "GTK3_MODULES",
    "GDK_PIXBUF_MODULE_FILE", "GIO_MODULE_DIR", "GIO_EXTRA_MODULES", "GIO_USE_VFS",
    "GST_PLUGIN_PATH", "GSETTINGS_SCHEMA_DIR", "LIBGL_DRIVERS_PATH", "GBM_BACKENDS_PATH",
    "__EGL_VENDOR_LIBRARY_FILENAMES", "VK_LAYER_PATH", "VK_ICD_FILENAMES", "LIBVA_DRIVERS_PATH",
    "XLOCALELIBDIR", "ALSA_PLUGIN_DIR", "KRB5_CONFIG", "GSS_MECH_CONFIG", "P11_KIT_CONFIG",
    "COR_PROFILER", "COR_ENABLE_PROFILING", "COR_PROFILER_PATH", "CORECLR_PROFILER",
    "COMPLUS_Version", "__COMPAT_LAYER", "WIN_PD_OVERRIDE_LOCAL_APPDATA", "_MEIPASS2",
    "_PYI_APPLICATION_HOME_DIR", "PYINSTALLER_RESET_ENVIRONMENT", "BASH_ENV", "IFS", "EDITOR",
    "AGENTGUARD_HOME", "AGENTGUARD_MACHINE",
)  # fmt: skip
DEVELOPERS = ("AGENTGUARD_", "LD_", "PYTHON")
NEEDED = {
    False: ("HOME", "LANG", "LC_TIME", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY",
            "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_SESSION_ID", "NOTIFY_SOCKET",
            "WATCHDOG_USEC", "PULSE_SERVER", "SWAYSOCK", "XRDP_SESSION", "https_proxy", "TZ"),
    True: ("SystemRoot", "windir", "ComSpec", "Path", "LOCALAPPDATA", "APPDATA", "TEMP",
           "USERPROFILE", "USERNAME", "ProgramData", "ProgramFiles(x86)", "HTTPS_PROXY",
           "SESSIONNAME"),
}  # fmt: skip


@pytest.mark.parametrize("windows", [False, True])
def test_nothing_that_loads_or_trusts_stands_in_a_shipped_program(windows: bool) -> None:
    said = {way for name in LOADED for way in ((name, name.lower()) if windows else (name,))}
    stands = {
        name for name in said if environment.cleaned({name: "/x"}, windows=windows, developer=False)
    }
    assert len(said) >= len(LOADED) > 50
    assert stands == set()


@pytest.mark.parametrize("windows", [False, True])
def test_a_checkout_lets_its_developer_choose_the_loader_and_python_alone(windows: bool) -> None:
    kept = {
        name
        for name in LOADED
        if environment.cleaned({name: "/x"}, windows=windows, developer=True)
    }
    assert kept == {name for name in LOADED if name.startswith(DEVELOPERS)}


@given(
    name=st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,30}", fullmatch=True),
    windows=st.booleans(),
    developer=st.booleans(),
)
def test_a_name_that_nobody_has_listed_never_stands(
    name: str, windows: bool, developer: bool
) -> None:
    """Whatever a library of tomorrow may ask the environment for."""
    kept = environment.cleaned({f"NEW_{name}": "1"}, windows=windows, developer=developer)
    assert not kept


@pytest.mark.parametrize("windows", [False, True])
def test_what_a_session_needs_stands_as_it_is(windows: bool) -> None:
    given_ = dict.fromkeys(NEEDED[windows], "some value; /with/anything")
    assert environment.cleaned(given_, windows=windows, developer=False) == given_


@pytest.mark.parametrize(
    ("name", "value", "shipped", "checkout"),
    [
        ("QT_QPA_PLATFORM", "xcb", True, True),
        ("QT_QPA_PLATFORM", "wayland;xcb", True, True),
        ("QT_QPA_PLATFORM", "offscreen", False, True),
        ("QT_QPA_PLATFORM", "minimal", False, True),
        ("QT_QPA_PLATFORM", "vnc", False, False),
        ("QT_QPA_PLATFORM", "xcb:nograb", False, False),
        ("QT_QPA_PLATFORM", "../planted", False, False),
        ("QT_SCALE_FACTOR", "1.5", True, True),
        ("QT_SCREEN_SCALE_FACTORS", "DP-1=1.5;HDMI-1=1", True, True),
        ("QT_IM_MODULE", "ibus", True, True),
        ("QT_IM_MODULE", "/tmp/planted", False, False),
        ("QT_IM_MODULE", "..\\planted", False, False),
    ],
)
def test_of_qt_only_what_names_no_place_and_no_unseen_screen(
    name: str, value: str, shipped: bool, checkout: bool
) -> None:
    said = {name: value}
    assert environment.cleaned(said, windows=False, developer=False) == (said if shipped else {})
    assert environment.cleaned(said, windows=False, developer=True) == (said if checkout else {})


def test_a_program_started_for_somebody_has_the_computers_values_and_their_names() -> None:
    theirs = {
        "SystemRoot": r"C:\planted", "Path": r"C:\planted", "ProgramFiles": r"C:\planted",
        "USERNAME": "mia", "APPDATA": r"C:\Users\mia\AppData\Roaming", "OPENSSL_CONF": "x",
        "SSLKEYLOGFILE": "x", "QT_PLUGIN_PATH": "x", "AGENTGUARD_HOME": "x",
    }  # fmt: skip
    own = {"SystemRoot": r"C:\Windows", "PATH": r"C:\Windows\System32", "USERNAME": "SYSTEM",
           "ProgramFiles": r"C:\Program Files", "OPENSSL_CONF": "y"}  # fmt: skip
    assert environment.for_person(theirs, own, developer=False) == {
        "SystemRoot": r"C:\Windows", "PATH": r"C:\Windows\System32",
        "ProgramFiles": r"C:\Program Files", "USERNAME": "mia",
        "APPDATA": r"C:\Users\mia\AppData\Roaming",
    }  # fmt: skip


def test_this_is_a_checkout_and_a_frozen_program_is_shipped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not environment.shipped()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert environment.shipped()


@pytest.mark.posix
def test_environment_moves_no_folder_of_a_shipped_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (paths.HOME_VARIABLE, paths.MACHINE_VARIABLE, "HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    assert paths.machine_folder() == tmp_path
    assert paths._own_folder() == tmp_path / paths.APP
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    import pwd  # noqa: PLC0415 - of a POSIX system alone

    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    assert paths._own_folder() == home / ".local" / "share" / paths.APP
    assert paths._moved(paths.HOME_VARIABLE) is None
    assert paths.machine_folder() == Path("/var/lib/agentguard")


def test_nothing_is_imported_before_the_environment_is_clean() -> None:
    """What a bare interpreter and this module need is all that may be there."""
    show = (
        "import sys; bare = set(sys.modules)\n"
        "from agentguard.base import environment\n"
        "print(*sorted(set(sys.modules) - bare))"
    )
    said = subprocess.run(
        (sys.executable, "-c", show), cwd=ROOT, capture_output=True, text=True, check=True
    )
    outside = {name.split(".")[0] for name in said.stdout.split()} - set(sys.stdlib_module_names)
    assert outside == {"agentguard"}
    assert {"ssl", "_ssl", "_hashlib", "hashlib", "ctypes", "subprocess"}.isdisjoint(
        said.stdout.split()
    )


@pytest.mark.parametrize(
    ("words", "stands"), [(("catalogue",), False), (("serve",), True), (("server",), True)]
)
def test_the_endpoints_environment_is_its_administrators(
    words: tuple[str, ...], stands: bool
) -> None:
    show = (
        "import os; from agentguard.base import environment; environment.clean();"
        " print('PGPASSFILE' in os.environ)"
    )
    said = subprocess.run(
        (sys.executable, "-c", show, *words),
        cwd=ROOT, env={**os.environ, "PGPASSFILE": "x"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.strip() == str(stands)

"""The recorder asks Windows everything, keeps nothing personal, and says what Wine lacks."""

from __future__ import annotations

import ctypes
import os
import platform
import subprocess
import sys
import threading
import winreg
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ctypes import wintypes
from pathlib import Path
from typing import Any

import pytest

from agentguard import cli
from agentguard.commands.base import FINDINGS
from agentguard.platforms._win32 import api, window
from agentguard.platforms._win32.recorder._system import WindowsSystem
from agentguard.platforms.recorder.catalogue import STEPS, questions, shapes
from agentguard.platforms.recorder.lines import encoded, folder, read
from agentguard.platforms.recorder.questions import Call, Question, Wmi
from agentguard.platforms.recorder.recording import Recording
from agentguard.platforms.recorder.topics import desktops, protection
from agentguard.platforms.recorder.topics.keeping import SERVICE
from tests.flow.canary import ways
from tests.unit.platforms.recorder.hostile import CARD, HOST, NAME, PLANTED

pytestmark = pytest.mark.xdist_group("desktop")

NEEDLES = {needle for text in PLANTED for needle in ways(text)}
OF_THE_MACHINE = frozenset({"disks.drives", "disks.judged", "usb.disks", "usb.judged"})
"""What Wine tells of the computer that it runs on."""
INTERNET = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"
PACKAGES = (
    r"Software\Classes\Local Settings\Software\Microsoft\Windows\CurrentVersion"
    r"\AppModel\Repository\Packages"
)
TEXTS = {
    (winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon"): {
        "DefaultUserName": NAME, "AutoAdminLogon": CARD,
    },
    (winreg.HKEY_CURRENT_USER, INTERNET): {
        "ProxyServer": f"{HOST}:8080", "AutoConfigURL": f"http://{HOST}/{CARD}.pac",
    },
    (winreg.HKEY_CURRENT_USER, r"Control Panel\Desktop"): {
        "SCRNSAVE.EXE": rf"C:\Users\{NAME}\{CARD}.scr", "ScreenSaveTimeOut": CARD,
    },
    (winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Policies\Microsoft\WindowsFirewall\PublicProfile"): {
        "EnableFirewall": CARD,
    },
    (winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\PolicyManager\current\device\DeviceLock"): {
        "MaxInactivityTimeDeviceLock": NAME,
    },
    (winreg.HKEY_CURRENT_USER, "Volatile Environment"): {"ViewClient_Protocol": HOST},
    (winreg.HKEY_CURRENT_USER, rf"{PACKAGES}\{HOST}_1.0_x64__{CARD}"): {"PackageID": NAME},
    (winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration"): {
        "ProductReleaseIds": NAME, "UpdateChannel": rf"\\{HOST}\{CARD}", "Platform": CARD,
    },
    (winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v3.5"): {
        "Version": f"{NAME} {CARD}",
    },
    (winreg.HKEY_LOCAL_MACHINE,
     r"SYSTEM\CurrentControlSet\Services\EventLog\Application\AgentGuard"): {
        "EventMessageFile": rf"C:\Users\{NAME}\{HOST}.dll",
    },
}  # fmt: skip
"""Values that the recorder reads, and what somebody could have put there."""


@contextmanager
def planted() -> Iterator[None]:
    """Have them in the registry, on the clipboard and in the title of a window."""
    with ExitStack() as stack:
        for (root, path), values in TEXTS.items():
            for name, text in values.items():
                stack.enter_context(_value(root, path, name, text))
        with window.hidden_window({}, top=True) as own:
            ctypes.windll.user32.SetWindowTextW(wintypes.HWND(own), f"{NAME} {CARD}")
            yield


@contextmanager
def _value(root: int, path: str, name: str, text: str) -> Iterator[None]:
    view = winreg.KEY_ALL_ACCESS | winreg.KEY_WOW64_64KEY
    with winreg.CreateKeyEx(root, path, 0, view) as key:
        try:
            before = winreg.QueryValueEx(key, name)
        except FileNotFoundError:
            before = None
        winreg.SetValueEx(key, name, 0, winreg.REG_SZ, text)
        try:
            yield
        finally:
            if before is None:
                winreg.DeleteValue(key, name)
            else:
                winreg.SetValueEx(key, name, 0, before[1], before[0])


def recorded(file: Path) -> dict[str, dict[str, Any]]:
    assert cli.main(["doctor", "--record", str(file)]) in {0, FINDINGS}
    return {line["id"]: line for line in read(file)}


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict[str, dict[str, Any]]:
    return recorded(tmp_path_factory.mktemp("recorder") / "answers.jsonl")


def test_row_163_it_runs_whole_and_no_question_hangs_or_breaks(found) -> None:
    every = questions()
    assert list(found) == ["head", *(one.id for one in every), "end"]
    assert found["end"]["lines"] == len(every)
    assert {id_: line["fault"] for id_, line in found.items() if "fault" in line} == {}
    assert [id_ for id_, line in found.items() if "late" in line] == []
    faults = [id_ for id_, line in found.items() if "fault" in str(line.get("decoded"))]
    assert faults == []


def test_row_163_wine_is_named_and_what_it_lacks_is_told(found, tmp_path, capsys) -> None:
    assert found["head"]["computer"]["wine"] is True
    recorded(tmp_path / "again.jsonl")
    told = capsys.readouterr().out
    for id_ in ("clipboard.history-object", "firewall.object", "updates.waiting", "hello.version"):
        assert found[id_]["answer"] is None
        assert id_ in next(line for line in told.splitlines() if "This is Wine" in line)


def test_row_163_wine_answers_as_it_did_when_it_was_recorded(found) -> None:
    """What differs is a change of the recorder, of what it asks, or of Wine."""
    differing = {id_: line["differs"] for id_, line in found.items() if "differs" in line}
    assert {id_: where for id_, where in differing.items() if id_ not in OF_THE_MACHINE} == {}
    unknown = [id_ for id_, line in found.items() if line.get("expected") == "no vector"]
    assert unknown == []


def test_every_call_has_its_function_and_every_function_its_question() -> None:
    calls = {one.id for one in questions() if isinstance(one.how, Call)}
    assert WindowsSystem().calls == calls


def test_what_is_recorded_is_what_its_shape_keeps(found) -> None:
    every = shapes()
    for id_, line in found.items():
        if id_ not in {"head", "end"}:
            assert every[id_].keep(line["answer"]) == line["answer"]


def test_row_161_nothing_that_was_planted_is_in_the_file(tmp_path) -> None:
    file = tmp_path / "answers.jsonl"
    with planted():
        put_on_clipboard(f"{CARD} {NAME} {HOST}")
        told = recorded(file)
    data = file.read_bytes()
    assert [needle for needle in NEEDLES if needle in data] == []
    assert told["clipboard.formats"]["answer"]["text"] > len(CARD)
    logon = told["system.auto-logon"]["answer"]["key"]
    assert logon["DefaultUserName"] == ["REG_SZ", {"length": len(NAME)}]
    assert logon["AutoAdminLogon"] == ["REG_SZ", {"length": len(CARD)}]
    saver = told["lock.saver-user"]["answer"]["key"]
    assert saver["ScreenSaveTimeOut"] == ["REG_SZ", {"length": len(CARD)}]
    assert told["software.packages-listed"]["answer"]["count"] == 1
    assert told["eventlog.source"]["answer"]["Application\\AgentGuard"]["there"] is True


def test_row_161_neither_this_computer_nor_its_user_is_in_the_file(tmp_path) -> None:
    file = tmp_path / "answers.jsonl"
    recorded(file)
    data = file.read_bytes().lower()
    names = {platform.node(), os.environ.get("USERDOMAIN", ""), str(tmp_path)}
    for name in (one for one in names if len(one) > 4):
        assert [way for way in ways(name) if way.lower() in data] == [], name
    for line in read(file):
        assert f'"{api.user_name()}"'.encode() not in encoded(line)


def put_on_clipboard(text: str) -> None:
    user, kernel = ctypes.windll.user32, ctypes.windll.kernel32
    kernel.GlobalAlloc.restype = kernel.GlobalLock.restype = ctypes.c_void_p
    data = text.encode("utf-16-le") + b"\0\0"
    block = kernel.GlobalAlloc(2, ctypes.c_size_t(len(data)))
    ctypes.memmove(kernel.GlobalLock(ctypes.c_void_p(block)), data, len(data))
    kernel.GlobalUnlock(ctypes.c_void_p(block))
    assert user.OpenClipboard(None)
    user.EmptyClipboard()
    user.SetClipboardData(13, ctypes.c_void_p(block))
    user.CloseClipboard()


def one(id_: str) -> Question:
    return next(question for question in questions() if question.id == id_)


def test_a_value_of_the_registry_is_told_with_its_type() -> None:
    path = r"SOFTWARE\Policies\Microsoft\WindowsFirewall\PublicProfile"
    with _value(winreg.HKEY_LOCAL_MACHINE, path, "EnableFirewall", "1"):
        (told,) = Recording(WindowsSystem(), ()).ask((protection.POLICY,))
    answer = told.line["answer"]
    assert isinstance(answer, dict)
    assert answer["PublicProfile"] == {"there": True, "EnableFirewall": ["REG_SZ", "1"]}


def test_rows_of_wmi_are_told_and_a_property_that_is_not_there_is_none() -> None:
    how = Wmi(
        space=r"root\cimv2",
        table="Win32_OperatingSystem",
        named={**one("system.wmi").how.named, "NoSuchThing": protection.FLAG},
    )
    question = Question(id="a.b", how=how, shape=one("system.wmi").shape)
    told = WindowsSystem().ask(question)
    assert isinstance(told, dict)
    assert told["count"] == 1
    assert told["rows"][0]["BuildNumber"] == str(sys.getwindowsversion().build)
    assert told["rows"][0]["NoSuchThing"] is None


def test_the_context_of_a_question_to_wmi_is_given_along() -> None:
    """Wine has the class and no rows; what is shown is that the call with a context is taken."""
    told = WindowsSystem().ask(protection.ACTIVE_STORE)
    assert told == {"count": 0, "rows": []}


def test_the_computers_own_disk_is_told_without_its_number() -> None:
    (told,) = Recording(WindowsSystem(), ()).ask((desktops.USB,))
    rows = told.line["answer"]["rows"]
    assert rows
    assert all(str(row["PNPDeviceID"]).endswith("*") for row in rows)


def test_a_process_that_is_guarded_gives_its_user_nothing(found) -> None:
    told = found["process.guarded"]["answer"]
    assert {told[name] for name in ("terminate", "vm-write", "suspend", "duplicate")} == {5}
    assert (told["query-limited"], told["wait"]) == (0, 0)
    assert found["process.own-thread"]["answer"]["terminate"] == 5
    assert found["pipe.guarded"]["answer"]["read_back"] is True


PROGRAM = r"C:\Program Files\AgentGuard\agentguard-ctl.exe"


@contextmanager
def a_keeper(path: str) -> Iterator[None]:
    """Have a service of the keeper's name, which is never started."""
    words = ("sc", "create", SERVICE, "binPath=", path, "start=", "auto")
    subprocess.run(words, check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(("sc", "delete", SERVICE), check=True, capture_output=True)


@pytest.mark.parametrize(
    ("path", "quoted", "right"),
    [
        (f'"{PROGRAM}" keeper run', True, True),
        (f"{PROGRAM} keeper run", False, False),
        (r"C:\AgentGuard\agentguard-ctl.exe keeper run", False, True),
    ],
    ids=["quoted", "with a blank", "without one"],
)
def test_row_164_the_path_of_the_service_is_told_by_its_quotes(
    path: str, *, quoted: bool, right: bool
) -> None:
    configuration, actions = one("service.configuration"), one("service.failure-actions")
    with a_keeper(path):
        told, _ = Recording(WindowsSystem(), ()).ask((configuration, actions))
    answer = told.line["answer"]
    assert isinstance(answer, dict)
    assert (answer["there"], answer["quoted"]) == (True, quoted)
    assert (answer["start"], answer["account"]) == (2, "LocalSystem")
    assert answer["path"] == {"length": len(path)}
    assert told.right is right


def test_a_watch_hears_of_a_copy_and_keeps_its_forms_alone() -> None:
    stop, seen = threading.Event(), list[Any]()
    watch = threading.Thread(target=lambda: seen.append(WindowsSystem().watch(stop)), daemon=True)
    watch.start()
    pause = threading.Event()
    for _ in range(8):  # the first may come before its window is there
        put_on_clipboard(f"{NAME} {CARD}")
        pause.wait(0.25)
    stop.set()
    watch.join(10)
    (told,) = seen
    kept = STEPS[0].shape.keep(told)
    assert isinstance(kept, dict)
    events = kept["events"]
    assert isinstance(events, list)
    assert "clipboard" in {event["what"] for event in events}
    assert kept["copies"]
    assert kept["states"]
    first = kept["agents"][0]
    assert (first["count"], first["others"]) == (0, 0)
    data = encoded({"answer": kept})
    assert [needle for needle in NEEDLES if needle in data] == []


def test_the_vectors_of_a_checkout_are_the_tests_own() -> None:
    assert folder().samefile(Path(__file__).parents[1] / "vectors" / "windows")

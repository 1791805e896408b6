from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "correct horse battery staple"


def make(browser: Any, code: str, name: str = "Ann", password: str = PASSWORD) -> Any:
    return browser.submit("/sign-in/first", code=code, name=name, password=password)


def test_the_first_administrator_is_made_by_the_printed_code_and_must_add_a_factor(
    running: Any, stranger: Any
) -> None:
    code = running.admin.first_code()
    assert "The first administrator" in stranger.get("/sign-in/first").text
    answer = make(stranger, code.lower().replace("-", " "))
    assert answer.headers["location"] == "/sign-in/enrol"
    assert stranger.get("/").status_code == 303, "not before the second factor"
    made = stranger.make_passkey(stranger.get("/sign-in/enrol").text)
    assert "recovery codes" in stranger.submit("/sign-in/enrol", proof_passkey=made).text
    assert stranger.get("/codes").status_code == 200


def test_the_code_is_good_once_and_only_while_there_is_nobody(running: Any, stranger: Any) -> None:
    code = running.admin.first_code()
    assert make(stranger, code).status_code == 303
    assert stranger.get("/sign-in/first").headers["location"] == "/sign-in"
    assert make(stranger, running.admin.first_code(), "eve").headers["location"] == "/sign-in"
    assert running.admin.users() == 1


@pytest.mark.parametrize("code", ["", "AAAA-AAAA-AAAA-AAAA", "ü" * 30])
def test_a_wrong_code_makes_nobody_and_then_waits(running: Any, stranger: Any, code: str) -> None:
    running.admin.first_code()
    for _ in range(running.settings.limits.sign_in_tries):
        answer = make(stranger, code)
        assert (answer.status_code, "code is not right" in answer.text) == (401, True)
    assert "Too many wrong tries" in make(stranger, code).text
    assert running.admin.users() == 0


def test_a_code_ends_after_a_day_and_with_the_next_one(running: Any, stranger: Any) -> None:
    old, new = running.admin.first_code(), running.admin.first_code()
    assert make(stranger, old).status_code == 401
    running.time.at += 24 * 3600
    assert make(stranger, new).status_code == 401
    assert new.replace("-", "").encode() not in running.stored()


def test_row_377_a_code_that_was_given_is_known_to_count_until_its_end(
    running: Any, stranger: Any
) -> None:
    assert running.admin.first_code_until() is None
    code = running.admin.first_code()
    assert running.admin.first_code_until() == running.time.at + 24 * 3600
    assert make(stranger, code).status_code == 303
    assert running.admin.first_code_until() is None, "it is used up"
    running.admin.first_code()
    running.time.at += 24 * 3600
    assert running.admin.first_code_until() is None, "it is late"


@pytest.mark.parametrize(
    ("name", "password"), [("", PASSWORD), ("ann", "short"), ("a\nb", PASSWORD)]
)
def test_without_a_name_or_with_a_short_password_the_code_is_kept(
    running: Any, stranger: Any, name: str, password: str
) -> None:
    code = running.admin.first_code()
    assert 'href="/sign-in/first"' in stranger.get("/sign-in").text, "nobody else can be asked"
    answer = make(stranger, code, name, password)
    assert (answer.status_code, "at least 12" in answer.text) == (401, True)
    wrong = "The password needs at least" if name == "ann" else "Give a name"
    assert wrong in answer.text
    assert f'value="{code}"' in answer.text, "it is not typed again"
    assert make(stranger, code).status_code == 303


@pytest.mark.heavy
@pytest.mark.posix
def test_row_377_the_code_is_printed_once_and_a_later_start_ends_none(
    tmp_path: Path,
) -> None:
    program = (sys.executable, "-m", "agentguard")

    def start() -> str:
        words = [*program, "serve", "--port", "0"]
        served = subprocess.Popen(
            [*words, "--data", str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert served.stdout is not None
        told = ""
        while "Ctrl-C" not in told:
            told += served.stdout.readline()
        served.send_signal(signal.SIGINT)
        rest, _ = served.communicate(timeout=60)
        return told + rest

    first = start()
    again = start()  # whoever was given the code can still use it
    assert "A code for the first administrator was given before" in again
    assert not re.search(r"([A-Z2-7]{4}-){3}[A-Z2-7]{4}", again)
    assert re.search(r"/sign-in/first within a day .*\n\s+([A-Z2-7]{4}-){3}[A-Z2-7]{4}", first)
    subprocess.run(
        [*program, "server", "add-user", "ann", "--password-stdin", "--data", str(tmp_path)],
        input=f"{PASSWORD}\n",
        text=True,
        check=True,
    )
    assert "sign-in/first" not in start()
    made = subprocess.run(
        [*program, "server", "recovery-codes", "Ann", "--data", str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(re.findall(r"^  [0-9A-Z]{5}-[0-9A-Z]{5}$", made.stdout, re.MULTILINE)) == 10
    nobody = subprocess.run(
        [*program, "server", "recovery-codes", "eve", "--data", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "There is no console user named eve" in nobody.stderr


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--origin", "http://guard.example", "begins with https"),
        ("--origin", "https://guard.example/console", "without a path"),
        ("--proxy", "nginx.example", "no address and no network"),
        ("--proxy", "192.0.2.7/24", "no address and no network"),
        ("--company", "no-such-file.toml", "cannot be read"),
    ],
)
def test_an_origin_or_a_company_that_cannot_be_is_refused_before_anything_is_made(
    tmp_path: Path, option: str, value: str, said: str
) -> None:
    words = [sys.executable, "-m", "agentguard", "serve", "--data", str(tmp_path / "made")]
    told = subprocess.run([*words, option, value], capture_output=True, text=True, check=False)
    assert told.returncode != 0
    assert said in told.stderr
    assert "Traceback" not in told.stderr
    assert not (tmp_path / "made").exists()

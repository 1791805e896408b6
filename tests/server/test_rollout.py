"""How desks come here: the lines and the file for many, whom they trust, and never a secret."""

from __future__ import annotations

import io
import os
import re
import subprocess
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from agentguard.server.console import endpoint_trust
from agentguard.server.console.endpoint_trust import Kind, Trust
from agentguard.server.console.rollout import Way, packed
from agentguard.server.listener import certificate, origin, path_to_endpoint
from agentguard.server.settings import ServerSettings
from agentguard.server.store.accounts.teams import team_id
from tests.server.test_console import text_of

ADDRESS = "https://guard.example.org:8443"
OWN = Way(address=ADDRESS, trust=Trust(kind=Kind.OWN, authority=b"PEM", fingerprint="AA"))
OTHER = Way(address=ADDRESS, trust=Trust(kind=Kind.GIVEN))


def files(raw: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(raw)) as bundle:
        return {name: bundle.read(name).decode() for name in bundle.namelist()}


def test_row_396_no_line_and_no_file_holds_a_code(running: Any, browser: Any) -> None:
    running.admin._database.run(lambda c: team_id(c, "Billing"))
    form = {"known": "1", "count": "3", "keeper": "yes"}
    page = browser.submit("/codes", token=browser.token(), **form).text
    code = re.search(r'class="big"><code>([A-Z2-7-]{19})<', page)
    assert code is not None
    lines = re.findall(r'<code id="line-(\w+)" dir="ltr"[^>]*>([^<]*)</code>', page)
    assert {name for name, _ in lines} >= {"address", "Linux", "Windows", "MSI", "Debian", "Fedora"}
    assert not any(code[1] in text for _, text in lines)
    assert f'href="data:text/plain,{code[1]}"' in page
    taken = browser.get("/codes/rollout.zip")
    assert taken.headers["content-disposition"].startswith("attachment")
    assert code[1] not in "".join(files(taken.content).values())
    assert browser.get("/codes/ca.pem").content == running.ca.read_bytes()
    pem = x509.load_pem_x509_certificate(running.ca.read_bytes())
    assert pem.fingerprint(hashes.SHA256()).hex(":").upper() in page


def test_a_team_is_chosen_and_a_new_one_is_said_to_be_one(running: Any, browser: Any) -> None:
    assert "<select" not in browser.get("/codes").text.split("code-form")[1].split("</form>")[0]
    running.admin._database.run(lambda c: team_id(c, "Billing"))
    assert '<option value="1" dir="auto">Billing</option>' in browser.get("/codes").text
    said = text_of(browser.submit("/codes", token=browser.token(), known="1", team="Biling").text)
    assert "Code for one desk of Billing:" in said
    refused = browser.submit("/codes", token=browser.token(), known="77", team="Biling").text
    assert "Say which team" in refused


def test_row_396_what_desks_trust_is_told_by_what_is_served(tmp_path: Path) -> None:
    settings = ServerSettings(data=tmp_path)
    assert endpoint_trust.seen(settings, None).kind is Kind.ELSEWHERE
    assert endpoint_trust.seen(settings, (1.0, 2.0)).kind is Kind.GIVEN
    certificate.make_certificate(tmp_path, ("localhost",), lambda: 2e9)
    served = path_to_endpoint.span(tmp_path / certificate.CERTIFICATE_FILE)
    own = endpoint_trust.seen(settings, served)
    assert own.kind is Kind.OWN
    assert re.fullmatch(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", own.fingerprint)
    assert endpoint_trust.seen(settings, (served[0], served[1] + 1)).kind is Kind.GIVEN
    (tmp_path / certificate.CA_FILE).unlink()
    assert endpoint_trust.seen(settings, served).kind is Kind.GIVEN


@pytest.mark.parametrize("way", [OWN, OTHER])
def test_the_file_for_many_sets_the_address_and_what_is_trusted(way: Way) -> None:
    found = files(packed(way))
    managed = tomllib.loads(found["managed.toml"])
    assert managed["endpoint"] == ADDRESS
    assert ("ca_file" in managed) is ("ca.pem" in found) is (way is OWN)
    assert ("CertificateFile" in found["install.cmd"]) is (way is OWN)
    assert f"ENDPOINT={ADDRESS} " in found["install.cmd"]
    assert all(line.endswith("\r\n") for line in found["install.cmd"].splitlines(keepends=True))
    assert packed(way) == packed(way)


def test_row_457_on_windows_every_path_is_in_quotes_and_the_code_is_named_by_its_file() -> None:
    """So a folder may have spaces and signs in its name; the installer's tests run it by Wine."""
    text = files(packed(OWN))["install.cmd"]
    for line in text.splitlines():
        outside = "".join(line.split('"')[::2]).replace("%errorlevel%", "").replace("%key%", "")
        assert "%" not in outside, line
    assert 'ENROLMENTFILE="%code%"' in text
    assert text.count("missing beside this file") == 2


def test_there_is_no_file_while_nobody_has_said_the_address(
    running: Any, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(origin, "fits", lambda _said: False)
    assert browser.get("/codes/rollout.zip").status_code == 404
    page = browser.get("/codes").text
    assert "https://NAME:8443" in page
    assert "rollout.zip" not in page


@pytest.mark.posix
@pytest.mark.parametrize("wrong", ["", "code", "managed"])
def test_row_396_the_script_changes_nothing_where_something_is_missing_or_set_otherwise(
    tmp_path: Path, wrong: str
) -> None:
    here, away, tools = (tmp_path / name for name in ("here", "etc", "tools"))
    for folder in (here, away, tools):
        folder.mkdir()
    for name, text in files(packed(OWN)).items():
        (here / name).write_text(text.replace("/etc/agentguard", str(away)), newline="")
    said = tmp_path / "said"
    for name in ("install", "apt-get", "systemctl"):
        (tools / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {said}\n')
        (tools / name).chmod(0o755)
    if wrong != "code":
        (here / "code.txt").write_text("CODE\n")
    if wrong == "managed":
        (away / "managed.toml").write_text('endpoint = "https://other.example"\n')
    path = f"{tools}:{os.environ['PATH']}"
    ended = subprocess.run(
        ["/bin/sh", here / "install.sh"], env={"PATH": path}, capture_output=True, check=False
    )
    done = said.read_text() if said.exists() else ""
    if wrong:
        assert (ended.returncode, done) == (2, "")
        return
    assert ended.returncode == 0, ended.stderr
    assert "apt-get install -y ./agentguard_" in done
    assert f"install -m 0640 -g agentguard-keeper code.txt {away}/enrol/code" in done
    assert "CODE" not in done
    assert done.rstrip().endswith("systemctl restart agentguard-keeper.service")

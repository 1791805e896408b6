"""What a desk needs to come here: the lines to type, and one file for many desks.

The code is in none of it: it is shown once where it is made, and lies beside as code.txt.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.response import Response

from agentguard import __version__
from agentguard.server.console import endpoint_trust
from agentguard.server.console.browsers import address_of
from agentguard.server.console.endpoint_trust import Trust
from agentguard.server.console.site import Asked, permitted, site_of
from agentguard.server.listener import origin
from agentguard.server.roles import Right

CODES = "/codes"
ROLLOUT, AUTHORITY = CODES + "/rollout.zip", CODES + "/ca.pem"
NO_NAME = "https://NAME:8443"
"""Stands where the address would, while nobody has said it."""
MSI = f"AgentGuard-{__version__}-x64.msi"
DEB = f"agentguard_{__version__}_amd64.deb"
RPM = f"agentguard-{__version__}-1.x86_64.rpm"
EPOCH = (1980, 1, 1, 0, 0, 0)

_CMD = r"""@echo off
rem Installs AgentGuard for {address}. Run it as SYSTEM or an administrator.
rem Beside it lie {msi} and code.txt, which holds a code for keepers and is read by computers alone.
set "code=%~dp0code.txt"
if not exist "%code%" (echo code.txt is missing beside this file.& exit /b 2)
if not exist "%~dp0{msi}" (echo {msi} is missing beside this file.& exit /b 2)
{trust}set "package=%~dp0{msi}"
start /wait "" msiexec /i "%package%" /qn /norestart ENDPOINT={address} ENROLMENTFILE="%code%"
exit /b %errorlevel%
"""
_CMD_TRUST = r"""set "place=%ProgramFiles%\AgentGuard endpoint"
set "key=HKLM\Software\Policies\AgentGuard"
if not exist "%place%" mkdir "%place%"
copy /y "%~dp0ca.pem" "%place%\ca.pem" >nul || exit /b 1
reg add %key% /v CertificateFile /t REG_SZ /d "%place%\ca.pem" /f /reg:64 >nul || exit /b 1
"""
_SH = """#!/bin/sh
# Installs AgentGuard for {address}. Run it as root.
# Beside it lie {deb} or {rpm},
# and code.txt, which holds a code for keepers.
set -eu
cd "$(dirname "$0")"
[ -s code.txt ] || {{ echo "code.txt is missing beside this file." >&2; exit 2; }}
managed=/etc/agentguard/managed.toml
if [ -e "$managed" ] && ! cmp -s managed.toml "$managed"; then
  echo "$managed says something else; nothing was changed." >&2
  exit 2
fi
install -d -m 0755 /etc/agentguard
install -m 0644 managed.toml "$managed"
{trust}if command -v apt-get >/dev/null; then
  apt-get install -y ./{deb}
else
  dnf install -y ./{rpm}
fi
install -m 0640 -g agentguard-keeper code.txt /etc/agentguard/enrol/code
systemctl restart agentguard-keeper.service
"""
_SH_TRUST = "install -m 0644 ca.pem /etc/agentguard/endpoint.pem\n"
_MANAGED = """# What AgentGuard of this computer is told, whatever its users set.
endpoint = "{address}"
"""
_MANAGED_TRUST = 'ca_file = "/etc/agentguard/endpoint.pem"\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How desks come here: the `address`, NO_NAME while it is not known, and what they trust."""

    address: str
    trust: Trust

    @property
    def known(self) -> bool:
        """Whether the address is one that desks can be told."""
        return self.address != NO_NAME

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """The line for each platform, by its name."""
        trust = " --ca ca.pem" if self.trust.authority else ""
        silent = f"msiexec /i {MSI} /qn /norestart ENDPOINT={self.address}"
        return (
            ("Linux", f"agentguard enroll --endpoint {self.address}{trust}"),
            ("Windows", f"agentguard-ctl.exe enroll --endpoint {self.address}{trust}"),
            ("MSI", rf"{silent} ENROLMENTFILE=\\SERVER\SHARE\code.txt"),
            ("Debian", f"apt install ./{DEB}"),
            ("Fedora", f"dnf install ./{RPM}"),
        )


def way_of(request: Asked) -> Way:
    """Return how desks come here."""
    site, said = site_of(request), address_of(request)
    trust = endpoint_trust.seen(site.settings, site.outside.valid())
    return Way(address=said if origin.fits(said) else NO_NAME, trust=trust)


@get(ROLLOUT)
async def take(request: Asked) -> Response[bytes]:
    """Return the file for many desks; there is none while nobody has said the address."""
    permitted(request, Right.MANAGE)
    way = way_of(request)
    if not way.known:
        raise NotFoundException
    return _file(packed(way), "application/zip", "agentguard-rollout.zip")


@get(AUTHORITY)
async def take_authority(request: Asked) -> Response[bytes]:
    """Return the endpoint's own authority; there is none where its certificate is another's."""
    permitted(request, Right.MANAGE)
    way = way_of(request)
    if not way.trust.authority:
        raise NotFoundException
    return _file(way.trust.authority, "application/x-pem-file", "ca.pem")


def packed(way: Way) -> bytes:
    """Return the file for many desks: the same bytes as long as address and trust are the same."""
    with_ca = bool(way.trust.authority)
    names = {"address": way.address, "msi": MSI, "deb": DEB, "rpm": RPM}
    windows = _CMD.format(trust=_CMD_TRUST if with_ca else "", **names)
    managed = _MANAGED.format(address=way.address) + (_MANAGED_TRUST if with_ca else "")
    files = {
        "install.cmd": (windows.replace("\n", "\r\n").encode(), 0o644),
        "install.sh": (_SH.format(trust=_SH_TRUST if with_ca else "", **names).encode(), 0o755),
        "managed.toml": (managed.encode(), 0o644),
    }
    if with_ca:
        files["ca.pem"] = (way.trust.authority, 0o644)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, (raw, mode) in files.items():
            about = zipfile.ZipInfo(name, EPOCH)
            about.external_attr = mode << 16
            bundle.writestr(about, raw)
    return made.getvalue()


def _file(raw: bytes, kind: str, name: str) -> Response[bytes]:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(raw, media_type=kind, headers=headers)


HANDLERS = (take, take_authority)

"""Signs programs and installers with osslsigncode and the certificate that the environment names.

AGENTGUARD_SIGN_CERT and AGENTGUARD_SIGN_KEY are files in PEM, or AGENTGUARD_SIGN_PKCS12 is one that
holds both; AGENTGUARD_SIGN_PASSWORD_FILE is the file of its password, and AGENTGUARD_SIGN_TIMESTAMP
the address of an RFC 3161 service. Without a certificate nothing is signed.

Every program and library that bears no signature is signed with ours, whoever made it: application
control asks of each file that is loaded, not of programs alone. Another's signature stays, since
osslsigncode would put ours into its place. The time in a signature is that of the release, so that
the same file gives the same bytes; what counts as its time is the service's.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from installer import authenticode
from installer.package import epoch
from installer.tools import BuildError, program

CERT, KEY, PKCS12 = (f"AGENTGUARD_SIGN_{name}" for name in ("CERT", "KEY", "PKCS12"))
PASSWORD, TIMESTAMP = "AGENTGUARD_SIGN_PASSWORD_FILE", "AGENTGUARD_SIGN_TIMESTAMP"
NAME = "AgentGuard"


def wanted(env: Mapping[str, str] = os.environ) -> bool:
    """Check whether there is a certificate to sign with."""
    return bool(env.get(PKCS12) or env.get(CERT))


def tree(folder: Path, env: Mapping[str, str] = os.environ) -> list[str]:
    """Sign what of a tree bears no signature; return its places.

    Raises:
        BuildError: osslsigncode refused.

    """
    wanted = unsigned(folder)
    for place in wanted:
        file(folder / place, env)
    return wanted


def unsigned(folder: Path) -> list[str]:
    """Return the programs and libraries of a tree that bear no signature."""
    return [
        image.relative_to(folder).as_posix()
        for image in authenticode.images(folder)
        if not authenticode.signed(image.read_bytes())
    ]


def broken(folder: Path) -> list[str]:
    """Return those whose signature is of other bytes, as when a signed file was changed."""
    return [
        image.relative_to(folder).as_posix()
        for image in authenticode.images(folder)
        if not authenticode.whole(image.read_bytes())
    ]


def file(target: Path, env: Mapping[str, str] = os.environ) -> None:
    """Sign one file in its place.

    Raises:
        BuildError: osslsigncode refused.

    """
    signed = target.with_name(f"{target.name}.signed")
    words: list[str | Path] = [
        program("osslsigncode"),
        "sign",
        *_identity(env),
        "-h",
        "sha256",
        "-n",
        NAME,
        "-time",
        str(epoch()),
    ]
    if service := env.get(TIMESTAMP):
        words += ["-ts", service]
    done = subprocess.run(
        (*words, "-in", target, "-out", signed), capture_output=True, text=True, check=False
    )
    if done.returncode:
        signed.unlink(missing_ok=True)
        said = (done.stderr or done.stdout).strip()
        raise BuildError(f"{target.name} could not be signed: {said}")
    signed.replace(target)


def _identity(env: Mapping[str, str]) -> list[str | Path]:
    if pkcs12 := env.get(PKCS12):
        words: list[str | Path] = ["-pkcs12", pkcs12]
    elif env.get(CERT) and env.get(KEY):
        words = ["-certs", env[CERT], "-key", env[KEY]]
    else:
        raise BuildError(f"{CERT} needs {KEY} beside it.")
    if password := env.get(PASSWORD):
        words += ["-readpass", password]
    return words


def verified(target: Path, authority: Path) -> bool:
    """Check whether a file bears a whole signature that leads to a certificate of `authority`."""
    done = subprocess.run(
        ("osslsigncode", "verify", "-CAfile", authority, "-in", target),
        capture_output=True,
        text=True,
        check=False,
    )
    return not done.returncode

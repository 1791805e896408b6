"""Writes what application control needs to let a tree run: `python -m installer.allowlists TREE`.

Two files: a supplemental policy of App Control for Business (WDAC), and rules of AppLocker. Each
names every program and library aboard by its Authenticode hash and, where the tree is signed, what
our certificate signs. Others' certificates are in neither: Python's would let every python.exe in.
A policy's id is that of its release, so that those of two releases are in force side by side while
computers are upgraded.

Sources: Microsoft, "Use multiple App Control for Business policies", cipolicy.xsd (`xs:all`, so no
order of elements), and "Understanding AppLocker rule condition types".
"""

from __future__ import annotations

import argparse
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from cryptography.x509 import Certificate
from cryptography.x509.oid import NameOID

from installer import authenticode
from installer.harvest import guid
from installer.tools import BuildError

SI = "urn:schemas-microsoft-com:sipolicy"
WDAC, APPLOCKER = "wdac.xml", "applocker.xml"
NO_BASE = "{00000000-0000-0000-0000-000000000000}"
"""Stands for the base policy of whoever takes it; Set-CIPolicyIdInfo puts that one in."""

PLATFORM = "{2E07F7E4-194C-4D20-B7C9-6F44A6C5A234}"  # of every policy of user mode
EVERYONE = "S-1-1-0"
_HASHES = re.compile(r'(?:Hash|Data)="(?:0x)?([0-9A-F]{64})"')
_USER_MODE = "12"
_PROGRAMS = ".exe"
_OWN = "agentguard.exe"
_OURS = {"SignerId": "ID_SIGNER_AGENTGUARD"}
_NAMED = (
    ("O", NameOID.ORGANIZATION_NAME), ("L", NameOID.LOCALITY_NAME),
    ("S", NameOID.STATE_OR_PROVINCE_NAME), ("C", NameOID.COUNTRY_NAME),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A program or library: where it lies in the tree, its bytes' number and its hash in hex."""

    place: str
    size: int
    hash: str


def known(tree: Path) -> list[Known]:
    """Return what of a tree Windows may be asked to let run."""
    return [
        Known(
            place=image.relative_to(tree).as_posix(),
            size=image.stat().st_size,
            hash=authenticode.digest(image.read_bytes()).hex().upper(),
        )
        for image in authenticode.images(tree)
    ]


def write(tree: Path, version: str, msi: Path, base: str = NO_BASE) -> list[Path]:
    """Write both beside the MSI of a tree, under its name.

    Raises:
        BuildError: `base` is no GUID in braces.

    """
    if not re.fullmatch(r"\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}", base):
        raise BuildError(f"{base!r} is no id of a base policy.")
    files, own = known(tree), signer(tree)
    made = []
    for ending, root in (
        (WDAC, supplemental(files, own, version, base)),
        (APPLOCKER, applocker(files, own)),
    ):
        out = msi.with_name(f"{msi.stem}.{ending}")
        ET.indent(root)
        text = ET.tostring(root, encoding="unicode")
        out.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n', encoding="utf-8")
        made.append(out)
    return made


def signer(tree: Path) -> tuple[Certificate, Certificate] | None:
    """Return our certificate and that of who issued it (itself, if nobody else did).

    None where our programs are not signed.
    """
    program = tree / _OWN
    content = program.read_bytes() if program.is_file() else b""
    own = authenticode.leaf(content) if content else None
    if own is None:
        return None
    issued = (one for one in authenticode.signers(content) if one.subject == own.issuer)
    return own, next(issued, own)


def supplemental(
    files: list[Known], own: tuple[Certificate, Certificate] | None, version: str, base: str
) -> ET.Element:
    """Return the supplemental policy: rules that allow, of user mode alone."""
    root = ET.Element("SiPolicy", {"xmlns": SI, "PolicyType": "Supplemental Policy"})
    _text(root, "VersionEx", f"{version}.0")
    _text(root, "PlatformID", PLATFORM)
    _text(root, "PolicyID", f"{{{guid(f'policy/wdac/{version}')}}}")
    _text(root, "BasePolicyID", base)
    rule = ET.SubElement(ET.SubElement(root, "Rules"), "Rule")
    _text(rule, "Option", "Enabled:Unsigned System Integrity Policy")
    ET.SubElement(root, "EKUs")
    rules, signers = ET.SubElement(root, "FileRules"), ET.SubElement(root, "Signers")
    about = {"Value": _USER_MODE, "ID": "ID_SIGNINGSCENARIO_WINDOWS", "FriendlyName": "User mode"}
    scenario = ET.SubElement(ET.SubElement(root, "SigningScenarios"), "SigningScenario", about)
    allowed = ET.SubElement(scenario, "ProductSigners")
    ET.SubElement(root, "UpdatePolicySigners")
    integrity = ET.SubElement(root, "CiSigners")
    if own is not None:
        _signed_by(signers, *own)
        ET.SubElement(ET.SubElement(allowed, "AllowedSigners"), "AllowedSigner", _OURS)
        ET.SubElement(integrity, "CiSigner", _OURS)
    refs = ET.SubElement(allowed, "FileRulesRef")
    for number, file in enumerate(files):
        told = {"ID": f"ID_ALLOW_A_{number:04}", "FriendlyName": f"{file.place} Hash Sha256"}
        ET.SubElement(rules, "Allow", {**told, "Hash": file.hash})
        ET.SubElement(refs, "FileRuleRef", {"RuleID": told["ID"]})
    _text(root, "HvciOptions", "0")
    _named(root, f"AgentGuard {version}")
    return root


def _signed_by(signers: ET.Element, own: Certificate, issuer: Certificate) -> None:
    """Allow what a certificate of this name signs that this issuer issued (level Publisher)."""
    about = {"ID": _OURS["SignerId"], "Name": _cn(issuer)}
    one = ET.SubElement(signers, "Signer", about)
    algorithm = issuer.signature_hash_algorithm
    digest = hashlib.new(algorithm.name if algorithm else "sha256", issuer.tbs_certificate_bytes)
    ET.SubElement(one, "CertRoot", {"Type": "TBS", "Value": digest.hexdigest().upper()})
    ET.SubElement(one, "CertPublisher", {"Value": _cn(own)})


def _named(root: ET.Element, name: str) -> None:
    settings = ET.SubElement(root, "Settings")
    for value, text in (("Name", name), ("Id", name.replace(" ", "-"))):
        about = {"Provider": "PolicyInfo", "Key": "Information", "ValueName": value}
        one = ET.SubElement(ET.SubElement(settings, "Setting", about), "Value")
        _text(one, "String", text)


def applocker(files: list[Known], own: tuple[Certificate, Certificate] | None) -> ET.Element:
    """Return AppLocker's rules, to be merged: the mode of each collection stays as it is."""
    root = ET.Element("AppLockerPolicy", {"Version": "1"})
    for kind in ("Exe", "Dll"):
        about = {"Type": kind, "EnforcementMode": "NotConfigured"}
        collection = ET.SubElement(root, "RuleCollection", about)
        for file in files:
            if file.place.endswith(_PROGRAMS) == (kind == "Exe"):
                _by_hash(collection, file)
        if own is not None:
            _by_publisher(collection, kind, own[0])
    if own is not None:
        about = {"Type": "Msi", "EnforcementMode": "NotConfigured"}
        _by_publisher(ET.SubElement(root, "RuleCollection", about), "Msi", own[0])
    return root


def _rule(collection: ET.Element, kind: str, name: str, code: str) -> ET.Element:
    about = {"Id": guid(f"applocker/{code}").lower(), "Name": name, "Description": ""}
    rule = ET.SubElement(collection, kind, {**about, "UserOrGroupSid": EVERYONE, "Action": "Allow"})
    return ET.SubElement(rule, "Conditions")


def _by_hash(collection: ET.Element, file: Known) -> None:
    within = _rule(collection, "FileHashRule", f"AgentGuard: {file.place}", file.place + file.hash)
    about = {"Type": "SHA256", "Data": f"0x{file.hash}", "SourceFileLength": str(file.size)}
    about["SourceFileName"] = file.place.rpartition("/")[2]
    ET.SubElement(ET.SubElement(within, "FileHashCondition"), "FileHash", about)


def _by_publisher(collection: ET.Element, kind: str, own: Certificate) -> None:
    name = publisher(own)
    within = _rule(
        collection, "FilePublisherRule", f"AgentGuard: signed by {_cn(own)}", kind + name
    )
    about = {"PublisherName": name, "ProductName": "*", "BinaryName": "*"}
    one = ET.SubElement(within, "FilePublisherCondition", about)
    ET.SubElement(one, "BinaryVersionRange", {"LowSection": "*", "HighSection": "*"})


def publisher(certificate: Certificate) -> str:
    """Return a certificate's name as AppLocker writes it: O, L, S and C, in upper case."""
    told = (
        f"{short}={found[0].value!s}"
        for short, kind in _NAMED
        if (found := certificate.subject.get_attributes_for_oid(kind))
    )
    return ", ".join(told).upper() or f"CN={_cn(certificate)}".upper()


def _cn(certificate: Certificate) -> str:
    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else certificate.subject.rfc4514_string()


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def problems(policies: list[Path], tree: Path) -> list[str]:
    """Return each program of a tree that a list does not name, and each name without a program."""
    wanted = {file.hash: file.place for file in known(tree)}
    found = []
    for policy in policies:
        named = set(_HASHES.findall(policy.read_text(encoding="utf-8")))
        lost, strange = sorted(set(wanted) - named), sorted(named - set(wanted))
        found += [f"{policy.name} would not let {wanted[one]} run" for one in lost]
        found += [f"{policy.name} names {one}, which is not aboard" for one in strange]
    return found


def main() -> int:
    """Write them for a tree, such as the folder of an installed program."""
    parser = argparse.ArgumentParser(description="Write the lists of application control.")
    parser.add_argument("tree", type=Path)
    parser.add_argument("version")
    parser.add_argument("--base", default=NO_BASE, help="the id of your base policy, in braces")
    parser.add_argument("--out", type=Path, default=Path("dist"))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    msi = given.out / f"AgentGuard-{given.version}-x64.msi"
    for made in write(given.tree, given.version, msi, given.base):
        print(made)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

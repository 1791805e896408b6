"""Connects to an endpoint as an agent that has just started: `believer.py PORT [CERTIFICATE]`.

The certificate is put into the machine's store ROOT by Windows' own calls first, as group policy
does it. Wine gives each process the authorities of Linux anew, and its chains are built with those
that stood in the store when the first one was built: so one process does both.
"""

from __future__ import annotations

import ctypes
import json
import sys
from ctypes import wintypes
from pathlib import Path

from agentguard.base.errors import UplinkError
from agentguard.uplink import transport
from agentguard.uplink.transport import issuer

SYSTEM, MACHINE = 10, 0x20000  # CERT_STORE_PROV_SYSTEM_W, CERT_SYSTEM_STORE_LOCAL_MACHINE
X509, REPLACE = 1, 3  # X509_ASN_ENCODING, CERT_STORE_ADD_REPLACE_EXISTING
VOID = ctypes.c_void_p

crypt = ctypes.WinDLL("crypt32")
crypt.CertOpenStore.restype = VOID
crypt.CertOpenStore.argtypes = (VOID, wintypes.DWORD, VOID, wintypes.DWORD, wintypes.LPCWSTR)
crypt.CertAddEncodedCertificateToStore.argtypes = (
    VOID, wintypes.DWORD, ctypes.c_char_p, wintypes.DWORD, wintypes.DWORD, VOID,
)  # fmt: skip
crypt.CertCloseStore.argtypes = (VOID, wintypes.DWORD)


def trust(der: bytes) -> None:
    store = crypt.CertOpenStore(SYSTEM, 0, None, MACHINE, "ROOT")
    assert store
    assert crypt.CertAddEncodedCertificateToStore(store, X509, der, len(der), REPLACE, None)
    assert crypt.CertCloseStore(store, 0)


def main(port: str, *authorities: str) -> None:
    for file in authorities:
        trust(Path(file).read_bytes())
    to = transport.address(f"https://localhost:{port}")
    try:
        with transport.connected(to, transport.tls_context(""), lambda: 30.0) as channel:
            print(json.dumps(["", issuer(channel.certificate)]))
    except UplinkError as error:
        print(json.dumps([error.kind, error.title]))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Age files that break one rule each: the library, the program and our own reading agree."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pyrage
import pytest
from pyrage import x25519

from agentguard.base.errors import VaultError
from agentguard.vault.age_header import Stanza, read
from agentguard.vault.keys import KEY
from agentguard.vault.rewrap import opened, rewrap
from agentguard.vault.sealed_file import BrokenSeal
from agentguard.vault.vault import Vault
from tests.unit.vault.forged import BAD_PAYLOAD, FILE_KEY, GOOD, OWN, Forged, raw
from tests.unit.vault.forgeries import HEADERS, MIXED, PAYLOADS

FILES = {**HEADERS, **{f"payload: {name}": found for name, found in PAYLOADS.items()}}
every = pytest.mark.parametrize("found", FILES.values(), ids=FILES)
good = pytest.mark.parametrize("found", [found for found in FILES.values() if found.expect == GOOD])


@every
def test_the_library_says_of_it_what_the_format_says(found: Forged) -> None:
    out = io.BytesIO()
    if found.expect == GOOD:
        pyrage.decrypt_io(io.BytesIO(found.sealed), out, [OWN])
        assert out.getvalue() == found.plain
    else:
        with pytest.raises((pyrage.DecryptError, OSError)):
            pyrage.decrypt_io(io.BytesIO(found.sealed), out, [OWN])


@pytest.mark.posix  # the program is Debian's
@every
def test_the_program_says_the_same(found: Forged, tmp_path: Path) -> None:
    keys, sealed = tmp_path / "keys", tmp_path / "sealed"
    keys.write_text(f"{OWN}\n")
    sealed.write_bytes(found.sealed)
    said = subprocess.run(
        ["age", "--decrypt", "--identity", keys, sealed],
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert (said.returncode == 0) == (found.expect == GOOD), said.stderr
    if found.expect == GOOD:
        assert said.stdout == found.plain


@every
def test_a_new_header_is_made_for_whole_headers_of_this_key_alone(found: Forged) -> None:
    new, out = x25519.Identity.generate(), io.BytesIO()
    if found.expect in {GOOD, BAD_PAYLOAD}:
        made = rewrap(io.BytesIO(found.sealed), out, OWN, [new.to_public()])
        assert out.getvalue().startswith(made)
        assert opened(read(io.BytesIO(made)), raw(str(new))) == FILE_KEY
        assert _payload(out.getvalue()) == _payload(found.sealed), "the payload is untouched"
        with pytest.raises(BrokenSeal):
            rewrap(io.BytesIO(out.getvalue()), io.BytesIO(), OWN, [new.to_public()])
    else:
        with pytest.raises(BrokenSeal):
            rewrap(io.BytesIO(found.sealed), out, OWN, [new.to_public()])
        assert out.getvalue() == b"", "nothing is written for a header that is refused"


@pytest.mark.parametrize("length", [0, 1, 15])
def test_a_file_that_ends_within_its_nonce_is_refused(length: int) -> None:
    """Here it is our own reading alone: it writes no file that it knows to be cut."""
    cut = HEADERS["one recipient"].sealed
    cut = cut[: len(cut) - len(_payload(cut)) + length]
    with pytest.raises(BrokenSeal):
        rewrap(io.BytesIO(cut), io.BytesIO(), OWN, [OWN.to_public()])
    with pytest.raises((pyrage.DecryptError, OSError)):
        pyrage.decrypt_io(io.BytesIO(cut), io.BytesIO(), [OWN])


def test_a_passphrase_stands_alone() -> None:
    with pytest.raises(BrokenSeal):
        rewrap(io.BytesIO(MIXED.sealed), io.BytesIO(), OWN, [OWN.to_public()])
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt_io(io.BytesIO(MIXED.sealed), io.BytesIO(), [OWN])


def _payload(sealed: bytes) -> bytes:
    file = io.BytesIO(sealed)
    read(file)
    return file.read()


@good
def test_a_file_that_another_program_made_is_nothing_of_the_vaults(
    found: Forged, vault: Vault, home: Path, tmp_path: Path
) -> None:
    """A sealed file that opens, but was not put here, is told as damaged and gives nothing back."""
    (home / "a").write_text("made-up")
    item = vault.put(home / "a").id
    folder = tmp_path / "data" / "vault"
    (folder / KEY).write_text(f"{OWN}\n", "ascii")
    (folder / "items" / f"{item}.age").write_bytes(found.sealed)
    assert [one.path for one in vault.items()] == [""]
    with pytest.raises(VaultError):
        vault.restore(item)


@pytest.mark.parametrize("length", [0, 1, 16, 47, 48, 49, 96, 100])
def test_a_stanza_is_read_as_it_was_spelled(length: int) -> None:
    """A body that fills its line is followed by an empty one."""
    stanza = Stanza(words=(b"any", b"thing"), body=bytes(range(length)))
    lines = b"\n".join((b"age-encryption.org/v1", *stanza.lines(), b"--- " + b"A" * 43, b""))
    found = read(io.BytesIO(lines + b"payload"))
    assert found.stanzas == (stanza,)
    assert found.raw == lines


@pytest.mark.parametrize(
    "header",
    [
        b"age-encryption.org/v1\n-> a\n" + b"A" * 64 * 3000,
        b"age-encryption.org/v1\n" + b"-> a\n\n" * 3000,
        b"age-encryption.org/v1\n-> " + b"a" * 5000,
        b"age-encryption.org/v1",
        b"age-encryption.org/v1\n--- " + b"A" * 43 + b"\n",
    ],
    ids=["a line without end", "stanzas without end", "a long word", "cut", "nobody's"],
)
def test_a_header_has_bounds(header: bytes) -> None:
    with pytest.raises(BrokenSeal):
        read(io.BytesIO(header))

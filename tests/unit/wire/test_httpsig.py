"""The one profile of signed requests, against an independent construction of RFC 9421's bytes."""

from __future__ import annotations

import base64
import hashlib
import re
import string

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given
from hypothesis import strategies as st

from agentguard.wire import httpsig
from agentguard.wire.httpsig import Parameters, Target

TOKEN = string.ascii_letters + string.digits + "_-"
GOOD = Parameters(created=1_790_000_000, nonce="n" * 22, keyid="device-1")
SIGNATURE = bytes(range(64))
HEADERS = httpsig.headers(httpsig.content_digest(b"{}"), GOOD, SIGNATURE)
INPUT, VALUE = HEADERS["Signature-Input"], HEADERS["Signature"]

parameters = st.builds(
    Parameters,
    created=st.integers(0, 10**12 - 1),
    nonce=st.text(TOKEN, min_size=16, max_size=64),
    keyid=st.text(TOKEN, min_size=1, max_size=64),
)
targets = st.builds(
    Target,
    method=st.sampled_from(["GET", "POST", "PUT"]),
    authority=st.from_regex(r"\A[A-Za-z0-9.-]{1,40}(:[0-9]{1,5})?\Z"),
    path=st.from_regex(r"\A(/[A-Za-z0-9._~%-]{0,20}){1,4}\Z"),
)


@given(parameters, st.binary(min_size=64, max_size=64), st.binary())
def test_what_is_written_is_read(given_: Parameters, signature: bytes, body: bytes) -> None:
    headers = httpsig.headers(httpsig.content_digest(body), given_, signature)
    assert httpsig.parse(headers["Signature-Input"], headers["Signature"]) == (given_, signature)


def by_the_rfc(target: Target, body: bytes, signature_input: str) -> bytes:
    """Build the signature base from the headers as RFC 9421, 2.5, tells a stranger to."""
    inner = signature_input.removeprefix("agentguard=")
    components = re.findall(r'"([^"]+)"', inner[: inner.index(")")])
    digest = base64.standard_b64encode(hashlib.sha256(body).digest()).decode("ascii")
    values = {
        "@method": target.method,
        "@authority": target.authority.lower(),
        "@path": target.path,
        "content-digest": f"sha-256=:{digest}:",
    }
    base = "".join(f'"{name}": {values[name]}\n' for name in components)
    return (base + f'"@signature-params": {inner}').encode("ascii")


@given(targets, st.binary(), parameters)
def test_the_signed_bytes_are_those_of_the_rfc(
    target: Target, body: bytes, given_: Parameters
) -> None:
    digest = httpsig.content_digest(body)
    headers = httpsig.headers(digest, given_, SIGNATURE)
    made = httpsig.signature_base(target, digest, given_)
    assert made == by_the_rfc(target, body, headers["Signature-Input"])


def test_an_example_written_out_by_hand() -> None:
    target = Target(method="POST", authority="Guard.Example:8443", path="/v1/reports")
    assert httpsig.signature_base(target, httpsig.content_digest(b""), GOOD).decode() == (
        '"@method": POST\n'
        '"@authority": guard.example:8443\n'
        '"@path": /v1/reports\n'
        '"content-digest": sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:\n'
        '"@signature-params": ("@method" "@authority" "@path" "content-digest")'
        ';created=1790000000;nonce="nnnnnnnnnnnnnnnnnnnnnn";keyid="device-1";alg="ed25519"'
    )


@given(targets, targets, st.binary(), st.binary(), parameters, parameters)
def test_a_signature_holds_for_nothing_else(
    one: Target, other: Target, body: bytes, changed: bytes, mine: Parameters, yours: Parameters
) -> None:
    first = httpsig.signature_base(one, httpsig.content_digest(body), mine)
    second = httpsig.signature_base(other, httpsig.content_digest(changed), yours)
    same = (
        (one.method, one.authority.lower(), one.path, body, mine)
        == (other.method, other.authority.lower(), other.path, changed, yours)
    )  # fmt: skip
    assert (first == second) is same
    key = Ed25519PrivateKey.generate()
    signature = key.sign(first)
    key.public_key().verify(signature, first)
    if not same:
        with pytest.raises(InvalidSignature):
            key.public_key().verify(signature, second)


OTHER_INPUTS = {
    "empty": "",
    "another label": INPUT.replace("agentguard=", "sig1="),
    "two signatures": f"{INPUT}, {INPUT}",
    "a space in front": f" {INPUT}",
    "a line end": f"{INPUT}\n",
    "another order": INPUT.replace('"@method" "@authority"', '"@authority" "@method"'),
    "fewer components": INPUT.replace(' "content-digest"', ""),
    "more components": INPUT.replace('"@path"', '"@path" "@query"'),
    "no components": re.sub(r"\(.*\)", "()", INPUT),
    "two spaces": INPUT.replace('" "', '"  "', 1),
    "no creation": INPUT.replace(";created=1790000000", ""),
    "negative": INPUT.replace("=1790000000", "=-1790000000"),
    "a fraction": INPUT.replace("=1790000000", "=1790000000.5"),
    "leading zeros": INPUT.replace("=1790000000", "=01790000000"),
    "a creation too long": INPUT.replace("=1790000000", "=1790000000000"),
    "other digits": INPUT.replace("=1790000000", "=١٧٩٠٠٠٠٠٠٠"),
    "an expiry": INPUT.replace(";nonce", ";expires=1790000300;nonce"),
    "no nonce": INPUT.replace(f';nonce="{"n" * 22}"', ""),
    "a short nonce": INPUT.replace("n" * 22, "n" * 15),
    "a long nonce": INPUT.replace("n" * 22, "n" * 65),
    "a quote in the key": INPUT.replace("device-1", 'device\\"1'),
    "no key": INPUT.replace("device-1", ""),
    "another algorithm": INPUT.replace("ed25519", "hmac-sha256"),
    "no algorithm": INPUT.replace(';alg="ed25519"', ""),
    "a tag": f'{INPUT};tag="x"',
    "parameters in another order": INPUT.replace(
        f';nonce="{"n" * 22}";keyid="device-1"', f';keyid="device-1";nonce="{"n" * 22}"'
    ),
    "capitals": INPUT.replace("created", "Created"),
}
OTHER_SIGNATURES = {
    "empty": "",
    "another label": VALUE.replace("agentguard=", "sig1="),
    "two": f"{VALUE}, {VALUE}",
    "a line end": f"{VALUE}\n",
    "no colons": VALUE.replace(":", ""),
    "hex": f"agentguard=:{SIGNATURE.hex()}:",
    "short": f"agentguard=:{base64.b64encode(SIGNATURE[:63]).decode()}:",
    "long": f"agentguard=:{base64.b64encode(SIGNATURE + b'x').decode()}:",
    "no padding": VALUE.replace("==", ""),
    "another alphabet": VALUE.replace("/", "_").replace("+", "-"),
    "loose last bits": VALUE.replace("w==:", "x==:"),
    "a space": VALUE.replace("==:", "== :"),
}


@pytest.mark.parametrize("name", OTHER_INPUTS)
def test_another_signature_input_is_not_of_this_profile(name: str) -> None:
    assert OTHER_INPUTS[name] != INPUT
    assert httpsig.parse(OTHER_INPUTS[name], VALUE) is None


@pytest.mark.parametrize("name", OTHER_SIGNATURES)
def test_another_signature_is_not_of_this_profile(name: str) -> None:
    if name != "another alphabet" or "/" in VALUE or "+" in VALUE:
        assert OTHER_SIGNATURES[name] != VALUE
    assert httpsig.parse(INPUT, OTHER_SIGNATURES[name]) is None


def assert_exact(signature_input: str, signature: str) -> None:
    """Whatever is accepted is, byte for byte, what this profile would have written."""
    found = httpsig.parse(signature_input, signature)
    if found is not None:
        again = httpsig.headers("", *found)
        assert (again["Signature-Input"], again["Signature"]) == (signature_input, signature)


@given(st.integers(0, len(INPUT) - 1), st.characters(), st.integers(0, len(VALUE) - 1))
def test_one_changed_character_is_refused_or_means_something_else(
    place: int, character: str, other: int
) -> None:
    changed = INPUT[:place] + character + INPUT[place + 1 :]
    assume(changed != INPUT)
    assert httpsig.parse(changed, VALUE) != httpsig.parse(INPUT, VALUE)
    assert_exact(changed, VALUE)
    assert_exact(INPUT, VALUE[:other] + character + VALUE[other + 1 :])


@given(st.text(max_size=300), st.text(max_size=120))
def test_any_text_is_refused_without_an_error(signature_input: str, signature: str) -> None:
    assert httpsig.parse(signature_input, signature) is None


def test_the_digest_is_that_of_rfc_9530() -> None:
    body = b'{"hello": "world"}'
    assert httpsig.content_digest(body) == "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"

"""HTTP's headers are read without the library of mail, and say what it would have read."""

from __future__ import annotations

import subprocess
import sys
from email.parser import Parser as Mail

from hypothesis import given
from hypothesis import strategies as st

from agentguard.base.lean_http import Parser

PIECES = st.sampled_from((
    "Content-Type", "content-type", "Date", ":", ": ", " ", "\t", "\r\n", "\r\n", "\n", "\r",
    "From ", "a", "\xe9", "\x7f", "\x0b", "\x85", "multipart/mixed; boundary=a", "--a", "12",
))  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join))
def test_a_text_has_the_headers_that_the_library_of_mail_finds_in_it(text: str) -> None:
    ours, theirs = Parser().parsestr(text), Mail().parsestr(text)
    assert ours.items() == theirs.items()
    assert ours.keys() == theirs.keys()
    for name in ("content-type", "DATE", "a", "from"):
        assert ours.get_all(name) == theirs.get_all(name)
        assert ours.get(name, "none") == theirs.get(name, "none")
        assert ours[name] == theirs[name]
        assert (name in ours) is (name in theirs)


SHOW = """
import sys
from agentguard.base import lean_http
lean_http.load()
print([name for name in sys.modules if name.partition(".")[0] == "email"])
import http.client, io
class Sent:
    def makefile(self, how):
        lines = (b"HTTP/1.1 200 OK", b"A: 1", b"Content-Length: 2", b"a:  2", b"", b"okay")
        return io.BytesIO(b"\\r\\n".join(lines))
said = http.client.HTTPResponse(Sent())
said.begin()
print(said.getheaders(), said.headers.get_all("A"), said.getheader("a"), said.read())
import email.parser
print(type(email.parser.Parser().parsestr("a: b")).__mro__[0].__module__)
lean_http.load()
"""


def test_row_488_the_client_is_loaded_without_it_and_others_find_pythons_own() -> None:
    ended = subprocess.run(
        [sys.executable, "-S", "-c", SHOW], capture_output=True, text=True, check=True, timeout=60,
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
    )  # fmt: skip
    loaded, said, own = ended.stdout.splitlines()
    assert loaded == "[]"
    pairs = "[('A', '1'), ('Content-Length', '2'), ('a', '2')]"
    assert said == f"{pairs} ['1', '2'] 1, 2 b'ok'"
    assert own == "email.message"

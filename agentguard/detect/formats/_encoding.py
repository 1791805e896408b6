"""Which encoding text is in, told by its bytes alone: marks and headers are known to lie."""

from __future__ import annotations

import codecs
import unicodedata
from collections import Counter
from functools import lru_cache

from agentguard.detect.formats._ebcdic import EBCDIC, Decoder, is_ebcdic
from agentguard.detect.lexicon.lazy_pattern import later

_WORD = later(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_UTF_8 = later(rb"[\xc3-\xd1][\x80-\xbf]")
# No language that is written in Latin letters has so many with accents in a row.
_ALL_ACCENTS = later(rb"[\xb8-\xff]{4}")
_MOST_WORDS = 4000
_NASAL = b"\xf5e"  # o with a tilde, which stands before an e in Portuguese and nowhere else
_WEST, _MIDDLE = "utf-8", "cp1250"
"""What is no UTF-8 is read as Windows-1252 by its decoder."""

_LETTERS = {
    _WEST: (
        "\xe4\xf6\xfc\xdf",  # German
        "\xe0\xe2\xe7\xe9\xe8\xea\xeb\xee\xef\xf4\xfb\xf9\xfc\xff\u0153\xe6\xab\xbb\xb0\u2019",
        "\xe1\xe9\xed\xf3\xfa\xfc\xf1\xbf\xa1\xba\xaa\xe7\xe0\xe8\xf2\xb0",  # Spanish, Catalan
        "\xe1\xe0\xe2\xe3\xe7\xe9\xea\xed\xf3\xf4\xfa\xfc\xba\xaa\xb0",  # Portuguese
        "\xe0\xe8\xe9\xec\xed\xee\xf2\xf3\xf9\xfa\xb0\u2019",  # Italian
        "\xe5\xe4\xf6\xe6\xf8\xe9",  # Nordic
        "\xe1\xf0\xe9\xed\xf3\xfa\xfd\xfe\xe6\xf6",  # Icelandic
        "\xe9\xeb\xef\xf6\xfc\xe8\xea\xf4\xe1\xf3",  # Dutch, Afrikaans
        "\xe1\xe9\xed\xf3\xfa\u2019",  # Irish
    ),
    _MIDDLE: (
        "\u0105\u0107\u0119\u0142\u0144\xf3\u015b\u017a\u017c",  # Polish
        "\xe1\u010d\u010f\xe9\u011b\xed\u0148\xf3\u0159\u0161\u0165\xfa\u016f\xfd\u017e",  # Czech
        "\xe1\xe4\u010d\u010f\xe9\xed\u013a\u013e\u0148\xf3\xf4\u0155\u0161\u0165\xfa\xfd\u017e",
        "\xe1\xe9\xed\xf3\xf6\u0151\xfa\xfc\u0171",  # Hungarian
        "\u0103\xe2\xee\u015f\u0163",  # Romanian
        "\u010d\u0107\u0111\u0161\u017e",  # Croatian, Slovene
    ),
}
_GREEK, _CYRILLIC = b"\xe1\xe9\xef\xf4", b"\xe0\xe8\xee"
"""Letters that are common in one and rare in the other: alpha, iota, omicron, tau; a, i and o."""


def page_of(head: bytes) -> str:
    """Return the code page of a text that is no UTF-8; that of the West where none fits better."""
    if _UTF_8.search(head):  # both in one text
        return _WEST
    if _ALL_ACCENTS.search(head):
        counts = Counter(head)
        greek, cyrillic = (sum(counts[byte] for byte in of) for of in (_GREEK, _CYRILLIC))
        return "cp1253" if greek >= cyrillic else "cp1251"
    words = (word.replace(_NASAL, b"") for word in _WORD.findall(head)[:_MOST_WORDS])
    accents = [accent for word in words if (accent := frozenset(word) & _ACCENTS)]
    fit = {page: max(sum(a <= s for a in accents) for s in sets) for page, sets in _SETS.items()}
    return _MIDDLE if fit[_MIDDLE] > fit[_WEST] else _WEST


def _bytes(letters: str, page: str) -> frozenset[int]:
    every = letters + letters.upper().replace("SS", "")
    return frozenset(every.encode("cp1252" if page == _WEST else page, "ignore"))


_ACCENTS = frozenset(range(0x80, 0x100))
_SETS = {page: [_bytes(one, page) for one in many] for page, many in _LETTERS.items()}


_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = ("utf-16", "utf-32")
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\x1b")
_SHARE_OF_ZEROS = 5
_SHARE_OF_CONTROLS = 20
_LOPSIDED = 10
_NARROW = later(rb"[\x20-\x7e]{32}")
_SAMPLE = 4096
_UNIT = 4

# Digits of full width in the code pages of East Asia: in Shift-JIS, and in the EUC family
# (EUC-JP, EUC-KR, GB 2312 and GB 18030 place them alike: row 3 of JIS X 0208, KS X 1001, GB 2312).
_SHIFT_JIS = later(rb"(?:\x82[\x4f-\x58]){3}")
_EUC = later(rb"(?:\xa3[\xb0-\xb9]){3}")
_NO_TEXT = frozenset(("Cc", "Cn", "Co", "Cs"))
_PLAIN = frozenset("\t\n\r\f\x1b")


@lru_cache(maxsize=4)  # each format that may be there asks for the same head
def encoding_of(head: bytes) -> str:
    """Tell the encoding; empty for bytes that are no text."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return _behind(bom, name, head)
    return _without_mark(head)


def unmarked(name: str, head: bytes) -> str:
    """Return the encoding of a later part of a text, which has no mark of its own."""
    if name not in {"utf-16", "utf-32"}:
        return name
    return f"{name}-{'le' if head.startswith(codecs.BOM_UTF16_LE) else 'be'}"


def _behind(bom: bytes, name: str, head: bytes) -> str:
    """Trust a mark unless what follows is plainly something else."""
    rest = head[len(bom) : len(bom) + _SAMPLE]
    if not rest:
        return name
    has_zeros = 0 in rest
    if name == "utf-8-sig":
        return "" if rest.count(0) * _SHARE_OF_ZEROS > len(rest) else name
    if has_zeros:
        return _in_order(bom, name, rest)
    return "utf-8" if rest.isascii() else name


def _in_order(bom: bytes, name: str, rest: bytes) -> str:
    """Return how wide characters stand behind a mark that tells of another order or width."""
    marked = unmarked(name, bom)
    seen = _with_zeros(rest[: len(rest) & ~3])
    return seen if seen.startswith(_WIDE) and seen != marked else name


def _without_mark(head: bytes) -> str:
    if is_ebcdic(head):
        return EBCDIC
    if 0 in head:
        return _with_zeros(head)
    if head.isascii() or not _by_controls(head):
        return _by_controls(head)
    return _eight_bits(head)


def _with_zeros(head: bytes) -> str:
    """Tell wide characters by where the zeros stand, in Western text and in any other."""
    if _NARROW.search(head):  # wide letters were added to a narrow text
        return _by_controls(head)
    even, odd = head[::2].count(0), head[1::2].count(0)
    is_western = (even + odd) * _SHARE_OF_ZEROS > len(head)
    if is_western and (wide := _utf_32(head)):
        return wide
    for name, few, many in (("utf-16-le", even, odd), ("utf-16-be", odd, even)):
        if many > _LOPSIDED * few and (is_western or _is_text(head, name)):
            return name
    return "" if is_western else _by_controls(head)


def _utf_32(head: bytes) -> str:
    """Tell four bytes to a character, of which the two highest are zero in nearly any text."""
    whole = head[: len(head) & ~3]
    for name, high, low in (("utf-32-le", (3, 2), (1, 0)), ("utf-32-be", (0, 1), (2, 3))):
        zeros = sum(whole[place::_UNIT].count(0) for place in high)
        others = 2 * whole[low[1] :: _UNIT].count(0)
        if 2 * zeros == len(whole) > 2 * others:
            return name
    return ""


def _by_controls(head: bytes) -> str:
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return "" if controls * _SHARE_OF_CONTROLS > len(head) else "utf-8"


def _is_text(head: bytes, name: str) -> bool:
    """Check whether nearly all decoded characters are assigned and none controls."""
    sample = head[: min(len(head), _SAMPLE) & ~1]
    text = sample.decode(name, "replace")
    odd = sum(
        unicodedata.category(letter) in _NO_TEXT or letter == "\ufffd"
        for letter in text
        if letter not in _PLAIN
    )
    return odd * _SHARE_OF_CONTROLS <= len(text)


def _eight_bits(head: bytes) -> str:
    """Tell code pages; of those of East Asia only the full-width digits matter here."""
    if _is_utf_8(head):
        return "utf-8"
    if _SHIFT_JIS.search(head) and _decodes(head, "cp932"):
        return "cp932"
    return "gb18030" if _EUC.search(head) and _decodes(head, "gb18030") else page_of(head)


def _is_utf_8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _decodes(head: bytes, name: str) -> bool:
    text = codecs.getincrementaldecoder(name)("replace").decode(head)
    return text.count("\ufffd") * _SHARE_OF_CONTROLS <= len(text)


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(_CP1252[byte] for byte in wrong), error.end


_CP1252 = tuple(bytes([byte]).decode("cp1252", "replace") for byte in range(256))
_HANDLER = "agentguard-cp1252"
codecs.register_error(_HANDLER, _as_cp1252)


def decoder_of(name: str) -> codecs.IncrementalDecoder:
    """Return a decoder that never fails; bytes that are no UTF-8 are read as Windows-1252."""
    if name == EBCDIC:
        return Decoder()
    errors = _HANDLER if name.startswith("utf-8") else "replace"
    return codecs.getincrementaldecoder(name)(errors)

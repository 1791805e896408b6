"""Whether some font of this computer has a language's letters, as fontconfig tells it.

Source: fontconfig's FcFontList, FcNameParse, FcObjectSetCreate: a font that lists a language has
all letters of its orthography. Qt's own list of fonts is made of the same.
"""

from __future__ import annotations

import ctypes
from ctypes import POINTER, Structure, c_char_p, c_int, c_void_p

LIBRARY = "libfontconfig.so.1"


class _FontSet(Structure):
    _fields_ = (("nfont", c_int), ("sfont", c_int), ("fonts", c_void_p))


def have_letters(language: str) -> bool | None:
    """Return whether a font has them; None where there is no fontconfig that could tell."""
    try:
        library = _declared(ctypes.CDLL(LIBRARY))
    except (OSError, AttributeError):
        return None
    if not library.FcInit():
        return None
    pattern, wanted = library.FcNameParse(f":lang={language}".encode()), library.FcObjectSetCreate()
    library.FcObjectSetAdd(wanted, b"family")
    found = library.FcFontList(None, pattern, wanted)
    library.FcObjectSetDestroy(wanted)
    library.FcPatternDestroy(pattern)
    if not found:
        return None
    count = found.contents.nfont
    library.FcFontSetDestroy(found)
    return bool(count)


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    for name, result, arguments in (
        ("FcInit", c_int, ()),
        ("FcNameParse", c_void_p, (c_char_p,)),
        ("FcObjectSetCreate", c_void_p, ()),
        ("FcObjectSetAdd", c_int, (c_void_p, c_char_p)),
        ("FcFontList", POINTER(_FontSet), (c_void_p, c_void_p, c_void_p)),
        ("FcObjectSetDestroy", None, (c_void_p,)),
        ("FcPatternDestroy", None, (c_void_p,)),
        ("FcFontSetDestroy", None, (POINTER(_FontSet),)),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library

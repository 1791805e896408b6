"""What somebody could have put where the recorder looks: names and numbers in every place."""

from __future__ import annotations

from collections.abc import Iterator

from agentguard.platforms.recorder.shapes import ByNumber, Each, Fields, Kind, Struct, Typed

NAME, HOST, CARD = "Zolmurvex Quenthi", "WKS-BRAOLP-0815", "4556737586899855"
PLANTED = (NAME, HOST, CARD, CARD[:4] + " " + CARD[4:8] + " " + CARD[8:12] + " " + CARD[12:])
_TEXTS = (*PLANTED, rf"C:\Users\{NAME}\{HOST}.docx", f"http://{HOST}:8080/{CARD}", f"{CARD}\0")
LEAVES = (
    *_TEXTS,
    *(text.encode(encoding) for text in PLANTED for encoding in ("utf-8", "utf-16-le")),
    int(CARD),
    float(CARD),
    list(_TEXTS),
    {NAME: HOST},
    {"length": CARD},
    {"length": int(CARD)},
    {"size": int(CARD), "hex": CARD.encode().hex()},
)


def values(kind: Kind) -> Iterator[object]:
    """Give hostile values of the form that a kind expects, and of every other form."""
    yield from LEAVES
    match kind:
        case Typed():
            for value in values(kind.kind):
                yield from ([1, value], ["REG_SZ", value], [NAME, value], [99, value])
        case Fields():
            every = {name: list(values(one)) for name, one in kind.named.items()}
            for at in range(max(map(len, every.values()), default=1)):
                told = {name: one[at % len(one)] for name, one in every.items()}
                yield {**told, NAME: CARD, "user": NAME}
        case Each():
            yield list(values(kind.kind))
        case ByNumber():
            yield {1: NAME, 2: CARD, "4": HOST, int(CARD): True, NAME: NAME}
        case Struct():
            yield from _structs(kind)


def _structs(kind: Struct) -> Iterator[bytes]:
    """Give bytes with a name wherever no place is kept."""
    last = max(after for _, after in kind.places)
    text = NAME.encode("utf-16-le") * 20
    data = bytearray(text[: last + 400])
    for first, after in kind.places:
        data[first:after] = bytes(after - first)
    yield bytes(data)

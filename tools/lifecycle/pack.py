"""Makes a pack of `resources/software`, to be signed with `agentguard catalogue sign`.

    python -m tools.lifecycle.pack OUT [SEQ]

SEQ is the pack's number: the day on which it is made and its number on that day, such as
2026113001. Without one it is that of `resources/software/pack.toml`. What an agent would refuse is
not written.
"""

from __future__ import annotations

import sys
from pathlib import Path

from agentguard.software import pack, shipped

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "resources" / "software"


def main() -> int:
    """Write the pack and say what is in it."""
    out, *number = sys.argv[1:]
    made = shipped.document(FOLDER)
    packed = pack.written({**made, "seq": int(number[0])} if number else made)
    held = pack.opened(packed)
    Path(out).write_bytes(packed)
    products = len(held.catalogue.products)
    sys.stderr.write(
        f"{held.seq}: {products} products, {held.lines} lines, {held.exploited} attacked ranges, "
        f"{len(held.not_matched)} not matched, {len(packed)} bytes\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

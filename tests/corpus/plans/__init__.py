"""Which files a corpus holds; `item` has their shape, the others are one family each."""

"""The parts of a pack: one module, one `PART`, which the room finds by itself."""

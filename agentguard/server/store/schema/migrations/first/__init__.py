"""The tables of the first release; never changed, since later migrations go on from them."""

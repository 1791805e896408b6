"""Events in, decisions out: the plan, the pure core, and the loop that owns all state."""

"""Files that are past their age: what old means, how one is removed, and the proof that it was."""

"""The rules of a chained journal, and the verdict on one."""

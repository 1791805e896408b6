"""Records what a computer answers to every question that the agent asks of it, for the tests.

A recording is a file of JSON lines. What may stand in it is an allow-list of fields (`shapes`):
names, SIDs, hosts, paths, titles and what lies on the clipboard have no field.
"""

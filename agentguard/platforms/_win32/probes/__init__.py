"""One file for each fact of a Windows machine: what is asked, and one PROBE.

What the answers mean stands in the modules `*_answers`, which every system can read.
"""

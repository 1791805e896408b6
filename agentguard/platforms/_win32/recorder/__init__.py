"""How Windows is asked each question of a recording: one file for each topic, with its CALLS.

Each function returns the answer as it is; what may be kept of it stands with the question.
"""

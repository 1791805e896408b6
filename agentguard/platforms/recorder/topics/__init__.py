"""One file for each topic: the questions about it, each with its allow-list, as QUESTIONS.

What is asked of Windows by a call stands in `_win32/recorder`, by the same id.
"""

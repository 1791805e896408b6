"""The insides of the Windows backend; only `platforms.win32` opens this door.

Modules that call Windows refuse to be imported elsewhere; those that only decode answers do not.
"""

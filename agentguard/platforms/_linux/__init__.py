"""The insides of the Linux backend; only `platforms.linux` opens this door."""

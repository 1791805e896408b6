"""The pages of the status window, one file each."""

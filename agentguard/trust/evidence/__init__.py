"""Evidence packs: a folder of files, and one signed list of them that anybody can check."""

"""The commands of `agentguard`: one file, one constant COMMAND each."""

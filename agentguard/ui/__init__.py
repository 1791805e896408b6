"""What a person sees: tray, windows and prompts; nothing here decides."""

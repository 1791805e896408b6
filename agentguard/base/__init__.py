"""What every room may use: errors, paths, settings, logs, translations, plugins, atomic files."""

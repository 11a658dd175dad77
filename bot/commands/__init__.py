"""The commands, one file each. Nothing imports them but the entry point."""

"""What can be searched: stored, kept current and whole, and looked through."""

"""README and docs, run: what they show is what the program does."""

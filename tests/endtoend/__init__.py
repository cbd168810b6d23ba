"""The tool as its users run it: files in, verdicts out, from the command line."""

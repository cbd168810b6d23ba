"""Vehicle and fuel records: reading files of any layout, cleaning into bounds, setting aside what cannot be read."""

"""Trade statistics."""

"""What packs say, side by side and in words, without any record."""

"""Records against provisions: three values, never a guess."""

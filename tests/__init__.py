"""Tests; a package, so that a test of any room can say `from tests.oracle import judge`."""

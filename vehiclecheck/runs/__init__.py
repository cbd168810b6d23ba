"""A run: files cut into ranges, ranges judged, results put together; resumable, reconciled.

`running.run` does it with `options.RunOptions`; loading that brings in all file readers, so this page imports nothing.
"""

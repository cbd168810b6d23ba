"""Vehicle and fuel records: reading files of any layout, cleaning into bounds, setting aside what cannot be read.

`sources` opens files and cuts them into ranges, `preparing` makes records of them. Import from there: explaining one
vehicle needs no file readers, and loading them would take as long as the answer.
"""

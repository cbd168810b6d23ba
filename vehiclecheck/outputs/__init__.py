"""Results as people and machines want them: tables, files, workbooks."""

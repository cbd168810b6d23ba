"""National trade statistics: files of statistical offices, read, compiled into one harmonised table, and compared.

    files -> layouts, reading (rows as the office writes them) -> codes, partners (what they mean)
          -> quantities, compiling (the harmonised table) -> mirror, indicators, published, dataset

Codes of goods and of partners are data (rules/trade); a code that no table knows is named and set aside, never guessed.
"""

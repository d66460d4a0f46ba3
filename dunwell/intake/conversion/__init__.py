"""From the text cells of a chunk to facts ready for the ledger: converted, sealed, and the raw rows kept at hand."""

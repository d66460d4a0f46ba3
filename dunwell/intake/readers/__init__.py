"""How each kind of file or database is read: as text cells with the number of their line."""

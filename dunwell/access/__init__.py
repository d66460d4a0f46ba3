"""Who may see or approve: roles and their scopes, masking, four eyes."""

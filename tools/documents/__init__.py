"""The documents as a test: links, commands, settings and lists that must be true."""

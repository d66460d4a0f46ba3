"""The tools of the workshop: checks that keep style, documents and architecture true."""

"""The daily walk through the story: snapshot, run, save."""

"""What is said: pure checks over scripts, messages and transcripts, by word lists that are data."""

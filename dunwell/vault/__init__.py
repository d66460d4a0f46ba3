"""Who can read a name: keys, encryption, look-up digests, erasure."""

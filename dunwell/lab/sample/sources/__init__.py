"""The nine files of the sample, one for each kind of source [C1]; each declares itself once."""

"""Rights: who of the staff may do what, who asked for a change of it, and who decides."""

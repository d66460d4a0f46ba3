"""The pages of agreements: promise, instalment plan, deferral, hardship, and the list of them all."""

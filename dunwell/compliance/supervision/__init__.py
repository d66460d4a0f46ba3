"""During and after: stop switches, live counters, standing of collectors and agencies, reviews and the audit."""

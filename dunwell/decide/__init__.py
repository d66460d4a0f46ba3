"""What should we do: segments, eligible treatments, capacity."""

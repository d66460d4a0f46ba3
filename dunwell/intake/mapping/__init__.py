"""What a mapping file may say, and the recipe that it becomes."""

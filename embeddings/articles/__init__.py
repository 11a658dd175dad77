"""A folder of files → articles → passages: exact slices of what was written."""

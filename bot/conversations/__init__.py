"""What is asked one after another: kept, exported, and the folder followed meanwhile."""

"""What is asked of a standing plan: who else could, why, what now, how far from the best."""

"""Whose home the fire service should visit next, and why, out of what agencies share for prevention."""

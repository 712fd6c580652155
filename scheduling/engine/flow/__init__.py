"""Days whose times flow: starts follow from the order of visits, and lateness has a price (decision 40)."""

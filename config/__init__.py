"""Wires everything and holds no domain."""

"""The engine against published instances and against peers, one command: ``python -m benchmarks``."""

"""How alike two records are, by probability: Splink on DuckDB, inside our own process.

The rules of `hub.identity.matching` come first and their vetoes hold whatever the model says. Nothing
here knows the database, and only `splinking` imports Splink, when it is called: no web request does.
"""

"""How well records are told apart: on sets whose truth is known, and on the reviews that people made."""

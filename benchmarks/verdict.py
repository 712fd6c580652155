"""What a published benchmark's own rules say of a solution in its authors' own format."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Verdict:
    """The cost by the authors' definition, its parts by name, and a sentence for each rule broken."""

    cost: float = 0.0
    parts: dict[str, float] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def refuse(self, message: str) -> None:
        """Notes a broken rule."""
        self.violations.append(message)

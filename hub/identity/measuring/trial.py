"""One labelled set put to the rules, to the model, and to both as the hub uses them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hub.identity.linkage import appearance, splinking
from hub.identity.linkage.gathering import Gathered, Judged, gather
from hub.identity.linkage.judging import JOIN_AT, judge
from hub.identity.linkage.splinking import Model
from hub.identity.measuring.figures import Figures, Pairs, closed, pairs_within
from hub.identity.measuring.labelled import Case, LabelledSet

GATES = (1.0, 3.0, 5.0, 7.0, 9.0, 12.0)


@dataclass(frozen=True, slots=True)
class Measured:
    """One way of joining: what it got right, and what it left for a person to look at."""

    way: str
    figures: Figures
    doubts: int = 0
    true_doubts: int = 0

    @property
    def found(self) -> float:
        """The share of true pairs joined or shown to a person as they stand."""
        return (
            min(1.0, (self.figures.right + self.true_doubts) / self.figures.true)
            if self.figures.true
            else 1.0
        )


class Trial:
    """The cases, and every pair of them that meets, weighed once."""

    def __init__(self, labelled: LabelledSet, model: Model | None = None) -> None:
        self.cases: Sequence[Case] = labelled.cases
        self.facts = {number: case.facts for number, case in enumerate(self.cases)}
        rows = [appearance.row(number, case.facts, case.lines) for number, case in enumerate(self.cases)]
        self.model = model.among(rows) if model else splinking.train(rows)
        self.weights = splinking.weigh(self.model, rows)
        self.true = pairs_within({number: case.person for number, case in enumerate(self.cases)})

    def by_rules(self) -> Measured:
        """The rules alone, as they decide when a record arrives."""
        return self._measured("rules alone", self._gathered(weighed=False))

    def by_model(self, gate: float = JOIN_AT) -> Measured:
        """The model alone, without a veto: whatever is heavier than the gate, and all that hangs together."""
        joined = [pair for pair, weight in self.weights.items() if weight >= gate]
        pairs = pairs_within(closed(joined, self.facts))
        return Measured("model alone, no veto", self._figures(pairs))

    def together(self, gate: float = JOIN_AT) -> Measured:
        """Rules, vetoes and model, as the hub joins."""
        return self._measured("as the hub joins", self._gathered(weighed=True, gate=gate))

    def gates(self) -> Iterator[tuple[float, Measured]]:
        """What other gates would do."""
        for gate in GATES:
            yield gate, self.together(gate)

    def _gathered(self, *, weighed: bool, gate: float = JOIN_AT) -> Gathered:
        names = self.model.given_names
        judged = [
            Judged(
                one,
                other,
                judge(
                    self.facts[one],
                    self.facts[other],
                    weight if weighed else None,
                    names=names,
                    join_at=gate,
                ),
                weight,
            )
            for (one, other), weight in self.weights.items()
        ]
        return gather(self.facts, judged, owner={number: number for number in self.facts})

    def _measured(self, way: str, gathered: Gathered) -> Measured:
        shown = {(min(each.one, each.other), max(each.one, each.other)) for each in gathered.doubts}
        figures = self._figures(pairs_within(gathered.owner))
        return Measured(way, figures, len(shown), len(shown & self.true))

    def _figures(self, pairs: Pairs) -> Figures:
        kin = Counter(self._kinship(pair) for pair in pairs - self.true)
        return Figures(len(pairs), len(pairs & self.true), len(self.true), kin)

    def _kinship(self, pair: tuple[int, int]) -> str:
        one, other = (self.cases[number] for number in pair)
        return one.kin[0] if one.kin and one.kin[1] == other.person else "stranger"

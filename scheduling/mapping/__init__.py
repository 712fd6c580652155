"""The one place that knows both the database and the optimiser.

`build` turns an area's week into a `Problem` whose ids are codes made from primary keys (n12-2026-11-30,
w7, p3): no name, address or number leaves for the optimiser. `save` turns a plan into a candidate rota.
"""

from scheduling.mapping.building import Mapped, build
from scheduling.mapping.figures import figures
from scheduling.mapping.fingerprint import KINDS
from scheduling.mapping.saving import published_plan, save, save_plan, solution_of

__all__ = ["KINDS", "Mapped", "build", "figures", "published_plan", "save", "save_plan", "solution_of"]

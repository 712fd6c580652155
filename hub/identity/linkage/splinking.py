"""Splink itself: learns a model from records, finds pairs, weighs them. Imported only when called."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.identity.linkage import comparisons
from hub.identity.linkage.appearance import COLUMNS, Row

if TYPE_CHECKING:
    from splink import DuckDBAPI, Linker

Pair = tuple[int, int]  # two unique ids, the smaller first
SEED = 1
MOST_RANDOM_PAIRS = 2e6
RAREST_M, RAREST_U = 0.002, 2e-6  # a step that nobody was seen on is rare, not impossible
FEWEST_TO_TELL = 2_000  # records, before a name that few have can be called a mistake
FEWEST_NAMED = 5  # a name that fewer records have is not kept with a model: it could name somebody


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model: Splink's settings, how many records a person has, and how common names are."""

    settings: dict[str, Any]
    matches_per_record: float
    records: int
    families: dict[str, float]  # names, and the share of records that bear each
    givens: dict[str, float]
    rare_family: float  # the share of a name that is not listed
    rare_given: float

    @classmethod
    def read(cls, path: Path) -> Model:
        """The model that a file holds."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    @property
    def given_names(self) -> frozenset[str] | None:
        """What several people are called, and is therefore no mistake; None if there are too few to tell."""
        return frozenset(_common(self.givens, self.records)) if self.records >= FEWEST_TO_TELL else None

    def among(self, rows: Sequence[Row]) -> Model:
        """The same model with names as common as they are in these records."""
        one = 1 / max(len(rows), 1)
        return replace(
            self,
            records=len(rows),
            families=_shares(rows, "family"),
            givens=_shares(rows, "given"),
            rare_family=one,
            rare_given=one,
        )

    def as_json(self) -> dict[str, Any]:
        """What may be kept of it, in a file or a row: no name that could tell who somebody is."""
        families, givens = (_common(names, self.records) for names in (self.families, self.givens))
        rare = {
            "rare_family": _rest(self.families, families, self.rare_family),
            "rare_given": _rest(self.givens, givens, self.rare_given),
        }
        return asdict(self) | {"families": families, "givens": givens} | rare


def train(rows: Sequence[Row]) -> Model:
    """Learns from records without being told which are one person. The same records teach the same."""
    with _linker(rows, comparisons.settings()) as (linker, _):
        training = linker.training
        training.estimate_probability_two_random_records_match(
            list(comparisons.CERTAIN), recall=comparisons.CERTAIN_FINDS
        )
        training.estimate_u_using_random_sampling(max_pairs=MOST_RANDOM_PAIRS, seed=SEED)
        for rule in comparisons.TRAINING:
            training.estimate_parameters_using_expectation_maximisation(
                rule, fix_probability_two_random_records_match=True
            )
        settings = _settled(linker.misc.save_model_to_json())
    matches = settings["probability_two_random_records_match"] * (len(rows) - 1)
    one = 1 / len(rows)
    return Model(settings, matches, len(rows), _shares(rows, "family"), _shares(rows, "given"), one, one)


def weigh(
    model: Model, rows: Sequence[Row], *, pairs: Sequence[Pair] | None = None, among: int | None = None
) -> dict[Pair, float]:
    """By which power of two each pair is likelier one person than two; every pair that meets, unless told.

    `among` is how many records there are in all: the more, the more often two strangers look alike.
    """
    if pairs is not None and not pairs:
        return {}
    share = min(model.matches_per_record / max((among or len(rows)) - 1, 1), 0.5)
    settings = model.settings | {"probability_two_random_records_match": share}
    with _linker(rows, settings) as (linker, api):
        _register_shares(linker, api, model, rows)
        if pairs is not None:
            _register_pairs(linker, api, pairs)
        found = linker.inference.predict(warning_mode="never").as_duckdbpyrelation()
        weighed = found.select("unique_id_l, unique_id_r, match_weight").fetchall()
    return {(min(one, other), max(one, other)): round(weight, 3) for one, other, weight in weighed}


@contextmanager
def _linker(rows: Sequence[Row], settings: dict[str, Any]) -> Iterator[tuple[Linker, DuckDBAPI]]:
    """A linker over these records, in memory that is given back at the end."""
    import duckdb
    import pyarrow
    from splink import DuckDBAPI, Linker

    for chatty in ("splink", "sqlglot"):  # their advice is for whoever designs a model
        logging.getLogger(chatty).setLevel(logging.ERROR)
    kinds = {
        "BIGINT": pyarrow.int64(),
        "VARCHAR": pyarrow.string(),
        "VARCHAR[]": pyarrow.list_(pyarrow.string()),
    }
    schema = pyarrow.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])
    connection = duckdb.connect(":memory:")
    try:
        api = DuckDBAPI(connection=connection)
        records = api.register(
            pyarrow.Table.from_pylist(list(rows), schema=schema), dataset_display_name="records"
        )
        yield Linker(records, deepcopy(settings), log_level=None), api
    finally:
        connection.close()


def _settled(settings: dict[str, Any]) -> dict[str, Any]:
    """What random pairs taught, less the true pairs among them: in a small file they are not few."""
    settings.pop("linker_uid", None)  # made up anew each time
    share = settings["probability_two_random_records_match"]
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            if level.get("is_null_level"):
                continue
            m = max(level.get("m_probability") or 0.0, RAREST_M)
            u = ((level.get("u_probability") or 0.0) - share * m) / (1 - share)
            level["m_probability"], level["u_probability"] = round(m, 6), round(max(u, RAREST_U), 8)
    return settings


def _shares(rows: Sequence[Row], column: str) -> dict[str, float]:
    """How common each name is."""
    counts = Counter(row[column] for row in rows if row[column])
    return {name: round(number / counts.total(), 7) for name, number in sorted(counts.items())}


def _common(names: dict[str, float], records: int) -> dict[str, float]:
    """The names that several records bear."""
    return {name: share for name, share in names.items() if share * records >= FEWEST_NAMED - 0.5}


def _rest(names: dict[str, float], kept: dict[str, float], otherwise: float) -> float:
    """How common a name is that was left out, on average over those who bear one."""
    left = [share for name, share in names.items() if name not in kept]
    return round(sum(share * share for share in left) / sum(left), 7) if left else otherwise


def _register_shares(linker: Linker, api: DuckDBAPI, model: Model, rows: Sequence[Row]) -> None:
    """Makes Splink use the model's names; one that is not in it is as rare as the rarest that is."""
    import pyarrow

    for column, shares, rare in (
        ("family", model.families, model.rare_family),
        ("given", model.givens, model.rare_given),
    ):
        used = sorted({row[column] for row in rows if row[column]})
        table = pyarrow.table(
            {column: used, f"tf_{column}": [shares.get(name, rare) for name in used]},
            schema=pyarrow.schema([(column, pyarrow.string()), (f"tf_{column}", pyarrow.float64())]),
        )
        linker.table_management.register_term_frequency_lookup(api.register(table), column)


def _register_pairs(linker: Linker, api: DuckDBAPI, pairs: Sequence[Pair]) -> None:
    """Makes Splink weigh these pairs and no others."""
    import pyarrow

    ordered = sorted({(min(pair), max(pair)) for pair in pairs})
    table = pyarrow.table(
        {
            "match_key": ["0"] * len(ordered),
            "join_key_l": [one for one, _ in ordered],
            "join_key_r": [other for _, other in ordered],
        }
    )
    linker.table_management.register_blocked_pairs_for_predict(api.register(table))

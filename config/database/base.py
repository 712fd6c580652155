"""PostgreSQL with the walls of `hub.walls` around every statement.

Before a cursor is handed out, the connection's settings are made those of the code that asks: a viewer,
nobody, or the county. So a connection that served somebody else before, a new one, and one whose
transaction was rolled back (which brings old settings back) are all right by the first statement.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from hub import walls


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, and it knows which walls stand on its connection."""

    _standing: walls.Walls | None = None  # None: not known

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection on which nobody may see anything yet."""
        self._standing = None
        return super().get_new_connection(conn_params)

    def _cursor(self, name: str | None = None) -> Any:
        self.ensure_connection()
        wanted = walls.current()
        if wanted != self._standing and not self._is_broken():
            self.connection.execute(walls.STATEMENT, wanted)
            self._standing = wanted
        return super()._cursor(name)

    def _rollback(self) -> Any:
        self._standing = None
        return super()._rollback()

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)
        self._standing = None

    def _commit(self) -> Any:
        if self._is_broken():  # the server will roll back instead
            self._standing = None
        return super()._commit()

    def _is_broken(self) -> bool:
        """Whether the server refuses every statement until the transaction is rolled back."""
        return self.connection.info.transaction_status == TransactionStatus.INERROR

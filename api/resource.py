"""What all things with a sid of their own have in common: made, found, listed, deleted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from api.errors import not_found
from api.operation import Answer, Call
from api.paging import page
from api.shape import Located, Shape
from twofactor.extensions import db


@dataclass(frozen=True)
class Resource:
    """One kind of row, as the API shows it."""

    model: Any
    shape: Shape
    key: str  # of its lists
    of: Callable[[Call], Select[Any]]  # the caller's, below the address; may raise ApiError 404
    ever: Callable[[Call], Select[Any]] | None = None  # the same with those that were taken away

    def one(self, call: Call, name: str = "Sid") -> Any:
        """The row whose sid stands in the address, when it is the caller's. Raises ApiError 404."""
        row = db.session.scalar(self.of(call).where(self.model.sid == call.path[name]))
        if row is None:
            raise not_found()
        return row

    def index(self, call: Call) -> Answer:
        """A page of them."""
        cut = page(call, self.of(call), self.model, self.key, self.ever and self.ever(call))
        rows = [self._render(call, row[0], f"{call.url}/{row[0].sid}") for row in cut.rows]
        return Answer(200, {self.key: rows, "meta": cut.meta})

    def fetch(self, call: Call) -> Answer:
        """The one in the address."""
        return self.shown(call, self.one(call))

    def made(self, call: Call, row: Any) -> Answer:
        """A new one, put into the database."""
        db.session.add(row)
        db.session.flush()
        return Answer(201, self._render(call, row, f"{call.url}/{row.sid}"))

    def shown(self, call: Call, row: Any) -> Answer:
        """One of them as it is now."""
        return Answer(200, self._render(call, row, call.url))

    def delete(self, call: Call) -> Answer:
        """Delete the one in the address; what hangs on it goes with it."""
        db.session.delete(self.one(call))
        return Answer(204, None)

    def _render(self, call: Call, row: Any, url: str) -> dict[str, Any]:
        return self.shape.render(Located(row, url, call.caller.account_sid))

"""What the API offers, as data: one operation is a route, its parameters and its description."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from api.errors import ApiError, invalid
from api.kinds import Kind
from api.numbers import INVALID, LANDLINE, NOT_SUPPORTED, UNKNOWN_PARAMETER
from api.shape import Shape
from api.values import Landline
from twofactor.kit import Kit
from twofactor.models.entries import Then
from twofactor.verify.limits import Limit
from twofactor.words import Scope

Pairs = Sequence[tuple[str, str]]  # names and values as they came


@dataclass(frozen=True)
class Parameter:
    """One parameter of a form or a query."""

    name: str
    kind: Kind
    about: str
    required: bool = False


@dataclass(frozen=True)
class Caller:
    """Who asks, as the key tells it."""

    key_id: int
    login: str
    account_id: int
    account_sid: str
    scopes: frozenset[str]

    def may(self, scope: Scope) -> bool:
        return scope.value in self.scopes


class Call(NamedTuple):
    """One request, read and allowed."""

    kit: Kit
    caller: Caller
    path: Mapping[str, str]  # sids in the address
    given: Mapping[str, Any]  # parameters that were sent, by their wire names
    url: str  # of this very address, without query


class Answer(NamedTuple):
    """A status, a body, and the texts that now wait for the sender."""

    status: int
    body: Mapping[str, Any] | None
    texts: Sequence[int] = ()


@dataclass(frozen=True)
class Operation:
    """One method of one address. `run` is called inside a write transaction when `writes`; when
    `is_hot`, in a group of the writer, where there are prepared statements and no session. A create
    may be sent again with an idempotency key."""

    name: str
    method: str
    path: str  # Twilio's spelling: /v2/Services/{Sid}
    about: str
    scope: Scope
    run: Callable[[Call], Answer | Then]
    shape: Shape | None = None
    list_key: str = ""  # the answer is a page of shapes under this key
    status: int = 200
    parameters: tuple[Parameter, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)  # Twilio's, not ours: name to reason
    writes: bool = False
    is_create: bool = False
    is_hot: bool = False
    look: Callable[[Sequence[Call]], None] | None = None  # at what calls of a group will look at
    limit: Limit | None = None  # of one key, where it is not that of all changes or reads

    def read(self, pairs: Pairs) -> dict[str, Any]:
        """The parameters by name. Nothing is ignored: a name that is unknown, given twice, or
        Twilio's but not ours is refused (S-48). Raises ApiError."""
        values, known = dict(pairs), self._known
        if len(values) != len(pairs) or not values.keys() <= known.keys():
            raise self._refusal(pairs)
        for name in self._required:
            if not values.get(name):
                raise ApiError(400, INVALID, f"Missing required parameter: {name}")
        return {name: _read(known[name], text) for name, text in values.items()}

    def _refusal(self, pairs: Pairs) -> ApiError:
        """Of the first name that is not taken, or not so often."""
        for name, times in Counter(name for name, _ in pairs).items():
            if name in self.refused:
                why = f"{name} is not supported: {self.refused[name]}"
                return ApiError(400, NOT_SUPPORTED, why)
            if name not in self._known:
                return ApiError(400, UNKNOWN_PARAMETER, f"Unknown parameter: {name[:64]!a}")
            if times > 1:
                return ApiError(400, UNKNOWN_PARAMETER, f"{name} is given more than once")
        raise ValueError("nothing to refuse")

    @cached_property
    def _known(self) -> dict[str, Parameter]:
        return {parameter.name: parameter for parameter in self.parameters}

    @cached_property
    def _required(self) -> list[str]:
        return [parameter.name for parameter in self.parameters if parameter.required]


def _read(parameter: Parameter, text: str) -> Any:
    try:
        return parameter.kind.read(text)
    except Landline as error:
        raise ApiError(
            400, LANDLINE, f"{parameter.name} is a number that no text message can reach"
        ) from error
    except ValueError as error:
        raise invalid(f"{parameter.name} {error}") from error

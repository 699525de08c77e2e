"""A frozen value made of its fields, as ``@dataclass(frozen=True)`` makes one.

A dataclass writes and compiles its methods anew for each class, half a millisecond of every start; these are shared.
"""

from typing import ClassVar, dataclass_transform


@dataclass_transform(frozen_default=True)
class Frozen:
    """What subclasses annotate are their fields, in order, a value in the class being the default.

    Equal where class and fields are, unless the class is made with ``eq=False``: then it is compared by identity.
    Raises TypeError where a field is missing, unknown or given twice, AttributeError where one is set.
    """

    __match_args__: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, *, eq: bool = True) -> None:
        cls.__match_args__ = (*cls.__match_args__, *cls.__annotations__)  # type: ignore[misc]  # as a dataclass does
        if not eq:
            cls.__eq__, cls.__hash__ = object.__eq__, object.__hash__  # type: ignore[method-assign]

    def __init__(self, *values: object, **named: object) -> None:
        names, held = self.__match_args__, self.__dict__
        held.update(zip(names, values, strict=False), **named)
        if len(held) != len(values) + len(named) or not held.keys() <= {*names}:
            raise TypeError(f"{type(self).__name__} has the fields {', '.join(names)}, each given at most once")
        for name in names:
            if name not in held:
                held[name] = self._default(name)
        self.__post_init__()

    def __post_init__(self) -> None:
        """For a class to check its fields."""

    def _default(self, name: str) -> object:
        try:
            return getattr(type(self), name)
        except AttributeError:
            raise TypeError(f"{type(self).__name__} needs {name}") from None

    def _fields(self) -> tuple[object, ...]:
        return tuple(map(self.__dict__.__getitem__, self.__match_args__))

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash(self._fields())

    def __repr__(self) -> str:
        fields = zip(self.__match_args__, self._fields(), strict=True)
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in fields)})"

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be deleted")

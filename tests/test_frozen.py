"""Frozen values: as a frozen dataclass, measured against one of the same fields."""

import copy
from dataclasses import dataclass

import pytest

from backprop_tui.core.frozen import Frozen


class Pair(Frozen):
    first: int
    second: str = "b"


class Other(Frozen):
    first: int
    second: str = "b"


class Alone(Frozen, eq=False):
    first: int


@dataclass(frozen=True)
class Reference:
    first: int
    second: str = "b"


def test_fields_are_given_by_place_name_or_default() -> None:
    for one in (Pair(1), Pair(1, "b"), Pair(second="b", first=1)):
        assert (one.first, one.second) == (1, "b")
        assert one == Pair(1)
        assert hash(one) == hash(Pair(1))
        assert repr(one) == repr(Reference(1)).replace("Reference", "Pair")


def test_equal_is_what_has_the_same_class_and_fields() -> None:
    assert Pair(1) != Pair(2)
    assert Pair(1) != Other(1)
    assert copy.deepcopy(Pair(1)) == Pair(1)
    assert Alone(1) != Alone(1)
    assert len({Alone(1), Alone(1)}) == 2
    match Pair(3, "c"):
        case Pair(first, second):
            assert (first, second) == (3, "c")


@pytest.mark.parametrize(("values", "named"), [((), {}), ((1, "b", 2), {}), ((1,), {"first": 1}), ((1,), {"third": 1})])
def test_what_a_dataclass_refuses_is_refused(values: tuple[object, ...], named: dict[str, object]) -> None:
    for kind in (Reference, Pair):
        with pytest.raises(TypeError):
            kind(*values, **named)  # type: ignore[arg-type]


def test_nothing_can_be_set_or_deleted() -> None:
    with pytest.raises(AttributeError):
        Pair(1).first = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del Pair(1).first

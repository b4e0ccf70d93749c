"""A sequence whose items are made when they are looked at, so that a class of any size fits into memory."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, overload

_Item = TypeVar("_Item")


class LazySequence(Sequence[_Item], Generic[_Item]):
    """Items by number, none of them kept."""

    def __init__(self, numbers: range, make: Callable[[int], _Item]) -> None:
        """Stand for ``make(number)`` for each number."""
        self._numbers, self._make = numbers, make

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> _Item: ...
    @overload
    def __getitem__(self, index: slice) -> "LazySequence[_Item]": ...
    def __getitem__(self, index: int | slice) -> "_Item | LazySequence[_Item]":
        """Make an item, or stand for some of them."""
        numbers = self._numbers[index]
        return LazySequence(numbers, self._make) if isinstance(numbers, range) else self._make(numbers)

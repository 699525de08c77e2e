"""The trained states that epochs start with, in compact arrays, so that a million epochs stay affordable."""

from backprop_tui.stepper.shared_array import SharedArray

_FEW = 32  # numbers


def interval(width: int) -> int:
    """Of how many epochs one keeps its state of `width` numbers: all of few, so that a million stay affordable."""
    return 1 if width <= _FEW else width // _FEW * 2


class KeptStates:
    """The states of `width` numbers that every `interval`-th epoch starts with, from epoch `first` on."""

    def __init__(self, first: int, width: int) -> None:
        self.first, self.width, self.interval = first, width, interval(width)
        self.numbers = SharedArray()

    def until(self, epoch: int) -> "KeptStates":
        """A copy that ends with the state of `epoch`, or before."""
        other = KeptStates(self.first, self.width)
        other.numbers = self.numbers.prefix(((epoch - self.first) // self.interval + 1) * self.width)
        return other

    def keeps(self, epoch: int) -> bool:
        """Whether the state of `epoch` is one of those to be kept."""
        return (epoch - self.first) % self.interval == 0

    def before(self, epoch: int) -> int:
        """The latest epoch, up to `epoch`, whose state is kept."""
        return epoch - (epoch - self.first) % self.interval

    def state(self, epoch: int) -> tuple[float, ...]:
        """The state of `epoch`, which must be kept."""
        offset = (epoch - self.first) // self.interval * self.width
        return tuple(self.numbers[offset : offset + self.width])

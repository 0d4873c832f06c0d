=== before
import abc
=== after
import abc


class Store(abc.ABC):
    @abc.abstractmethod
    def load(self, key):
        raise NotImplementedError

    def each(self) -> tuple[int, ...]:
        # Keys keep their order... unlike items
        return ...

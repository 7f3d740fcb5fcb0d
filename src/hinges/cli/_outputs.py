"""Files and source text that a command was asked for: refused before the work if they cannot be written."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hinges.data import Dataset
from hinges.errors import InvalidInputError
from hinges.nets import Network


@dataclass
class Outputs:
    """What to write of a result, and what has been written.

    Arguments:
        plot: the picture's file, or None.
        save: the network's file, or None.
        source: the language of the source text to print, or None.
    """

    plot: Path | None
    save: Path | None
    source: str | None
    files: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Raise now if something could not be written later."""
        if self.plot is not None:
            from hinges.draw import check_picture_path

            check_picture_path(self.plot)
        if self.save is not None:
            from hinges.interop import check_network_path

            check_network_path(self.save)
        if self.source is not None:
            from hinges.interop import check_language

            check_language(self.source)
        for path in (self.plot, self.save):
            if path is not None and not path.absolute().parent.is_dir():
                raise InvalidInputError(f"cannot write {path}: there is no folder {path.absolute().parent}")

    def write(self, value: Any, network: Network, data: Dataset | None) -> None:
        """Write the picture of a value, with its data where there are any, and the file of its network."""
        self.picture(value, None, data)
        if self.save is not None:
            from hinges.interop import save

            save(network, self.save)
            self.files.append(str(self.save))

    def picture(self, value: Any, view: str | None, data: Dataset | None = None) -> None:
        """Write the picture of a value, if one was asked for; a view that the value does not have is refused."""
        if self.plot is not None:
            from hinges.draw import save_picture, scene

            save_picture(scene(value, view, data=data), self.plot)
            self.files.append(str(self.plot))

    def tell(self) -> None:
        """Print what has been written."""
        for path in self.files:
            print(f"wrote {path}")

    def source_text(self, network: Network) -> str | None:
        """Give the network's source text, if it was asked for."""
        if self.source is None:
            return None
        from hinges.interop import to_source

        return to_source(network, language=self.source)

"""A station in a notebook: an anywidget whose state Python and the page share."""

import functools
from typing import TYPE_CHECKING, Any

from hinges._extras import require
from hinges.errors import InvalidInputError
from hinges.lab._state import complete_state
from hinges.lab._static import static_files

if TYPE_CHECKING:
    from anywidget import AnyWidget


def station(name: str, **state: Any) -> "AnyWidget":
    """Give a station of the lab as a notebook widget.

    Its trait `state` holds the station's state: reading it gives what the page shows, and setting it changes the page.

    Arguments:
        name: of the station, such as "match".
        state: values of the station's state in place of its initial ones.

    Raises:
        InvalidInputError: the station, a key or a value is not the station's.
        MissingExtraError: the extra "lab" is not installed.

    >>> station("match").state["activation"]
    'relu'
    """
    full = complete_state(name, state)
    return _widget_class()(station=name, state=full)


@functools.cache
def _widget_class() -> type["AnyWidget"]:
    anywidget = require("anywidget", extra="lab")
    traitlets = require("traitlets", extra="lab")
    files = static_files()

    class Station(anywidget.AnyWidget):
        """A station of the lab: `station` is its name, `state` its state."""

        _esm = files["widget.js"].decode()
        _css = files["lab.css"].decode()
        station = traitlets.Unicode().tag(sync=True)
        state = traitlets.Dict().tag(sync=True)

        @traitlets.validate("state")
        def _checked(self, proposal: dict[str, Any]) -> dict[str, Any]:
            if "state" in self._property_lock:  # the page sends it, which has checked it
                return proposal["value"]
            try:
                return complete_state(self.station, proposal["value"])
            except InvalidInputError as error:
                raise traitlets.TraitError(str(error)) from None

    return Station

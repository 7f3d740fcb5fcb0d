"""`hinges lab`: the pages on which networks are built by hand, served here or written as a static site."""

from pathlib import Path
from typing import Annotated

import typer

from hinges.errors import InvalidInputError


def lab(
    port: Annotated[int | None, typer.Option(help="The port; 0 for any that is free.", show_default=False)] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address, open nothing.")] = False,
    export: Annotated[
        Path | None,
        typer.Option(help="Write the lab as a static site into this folder, and serve nothing.", show_default=False),
    ] = None,
) -> None:
    """Open the lab in a browser: build, bend and understand ReLU networks by hand."""
    from hinges.lab import export_site, serve

    if export is None:
        serve(port=port, browser=not no_browser, say=lambda sentence: print(sentence, flush=True))
    elif port is not None:
        raise InvalidInputError("--export serves nothing: leave out --port")
    else:
        print(f"wrote {export_site(export)}: any file server shows it, and no Python is needed")

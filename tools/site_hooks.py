# ruff: noqa: INP001 - a script, not part of a package
"""What the site's build adds to docs/: the lab as a static site, the changelog, and lists of decisions and evidence."""

import json
import re
import tempfile
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from hinges.lab import export_site

LAB = tempfile.TemporaryDirectory(prefix="hinges-site-lab-")  # removed when the build ends
STUDIES = ("boring-curves", "three-segments", "relu-and-sine", "by-hand", "bricks-and-paths")
NEWEST_FIRST = {"decisions/index.md": False, "evidence/index.md": True}


def studies(config: MkDocsConfig) -> dict[str, str]:
    """Give the titles of the studies by their files, in the order in which they are read."""
    folder = Path(config.docs_dir, "studies")
    there = [folder / f"{name}.ipynb" for name in STUDIES if (folder / f"{name}.ipynb").is_file()]
    return {path.name: title_of("".join(json.loads(path.read_text("utf-8"))["cells"][0]["source"])) for path in there}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Give the studies their place among the pages, before the theory."""
    pages = [{title: f"studies/{name}"} for name, title in studies(config).items()]
    if config.nav is not None:
        place = next(i for i, entry in enumerate(config.nav) if "Understand" in entry)
        config.nav.insert(place, {"Studies": ["studies/index.md", *pages]})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what `hinges lab --export` writes, so that links to it are checked like all others."""
    folder = export_site(Path(LAB.name) / "lab")
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = path.relative_to(folder.parent).as_posix()
            files.append(File.generated(config, name, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - the names are MkDocs'
    """Give the changelog as a page, and list the other pages of a folder on its first one."""
    here = page.file.src_uri
    if here == "changes.md":
        return (Path(config.docs_dir).parent / "CHANGELOG.md").read_text(encoding="utf-8").replace("](docs/", "](")
    if here == "studies/index.md":
        return markdown + "\n" + "".join(f"- [{title}]({name})\n" for name, title in studies(config).items())
    if here not in NEWEST_FIRST:
        return markdown
    folder = Path(config.docs_dir, here).parent
    others = sorted((path for path in folder.glob("*.md") if path.name != "index.md"), reverse=NEWEST_FIRST[here])
    return markdown + "\n" + "".join(f"- [{title_of(path.read_text('utf-8'))}]({path.name})\n" for path in others)


def title_of(text: str) -> str:
    """Give the first heading of a page."""
    found = re.search(r"^# (.+)$", text, re.MULTILINE)
    return "" if found is None else found[1]

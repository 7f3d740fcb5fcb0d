# ruff: noqa: INP001 - a script, not part of a package
"""What the site's build adds to docs/: the lab as a static site, the changelog, and lists of decisions and evidence."""

import re
import tempfile
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from hinges.lab import export_site

LAB = tempfile.TemporaryDirectory(prefix="hinges-site-lab-")  # removed when the build ends
NEWEST_FIRST = {"decisions/index.md": False, "evidence/index.md": True}


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
    if here not in NEWEST_FIRST:
        return markdown
    folder = Path(config.docs_dir, here).parent
    others = sorted((path for path in folder.glob("*.md") if path.name != "index.md"), reverse=NEWEST_FIRST[here])
    return markdown + "\n" + "".join(f"- [{title_of(path)}]({path.name})\n" for path in others)


def title_of(path: Path) -> str:
    """Give the first heading of a page."""
    found = re.search(r"^# (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return path.stem if found is None else found[1]

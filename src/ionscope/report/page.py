"""The vocabulary of a page: sections made of blocks, each of which may turn out to lack its file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from ionscope.report import markup
from ionscope.report.run_folder import MissingFile, RunFolder


@dataclass(frozen=True)
class Page:
    """A page under construction.

    run : the files it shows
    figures : folder that its figures and their data are written to
    """

    run: RunFolder
    figures: Path

    def figure(self, name: str, caption: str, draw: Callable[[Path], Path]) -> str:
        """Let `draw` write ``figures/<name>.svg`` and return it as an element of the page."""
        path = draw(self.figures / f"{name}.svg")
        return markup.figure(path.read_text(encoding="utf-8"), name, caption)


Block = Callable[[Page], str]
"""A part of a section; raises `MissingFile` where the run has nothing to make it from."""


@dataclass(frozen=True)
class Section:
    """One section of the page: its anchor, its title, and its blocks in order.

    needs : a file of the run without which there is nothing to say and the section is left out; None for none
    """

    anchor: str
    title: str
    blocks: tuple[Block, ...]
    needs: str | None = None

    def wanted(self, run: RunFolder) -> bool:
        """Whether the page has this section."""
        return self.needs is None or (run.path / self.needs).is_file()

    def html(self, page: Page) -> str:
        """The section; a block without its file becomes a sentence that names the file."""
        parts = []
        missing: list[str] = []
        for block in self.blocks:
            try:
                parts.append(block(page))
            except MissingFile as error:
                if error.name not in missing:
                    missing.append(error.name)
                    parts.append(markup.paragraph(f"Not shown: this run has no file {error.name}.", "missing"))
        return f'<section id="{self.anchor}"><h2>{escape(self.title)}</h2>{"".join(parts)}</section>'

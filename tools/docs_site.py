"""What mkdocs calls while it builds the site (mkdocs.yml), so that the pages can be written for GitHub and be both."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

_log = logging.getLogger("mkdocs.hooks.docs_site")  # strict builds count what mkdocs's own loggers warn of
_ROOT = Path(__file__).resolve().parent.parent
_LINK = re.compile(r"(?<=\]\()(?!https?:|mailto:|#)([^)\s#]+)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Make the README the first page."""
    text = _LINK.sub(lambda link: os.path.relpath(link[1], "docs"), (_ROOT / "README.md").read_text(encoding="utf-8"))
    files.append(File.generated(config, "index.md", content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links that lead out of docs/ lead to the repository; one to a file that isn't there stays, for the check."""
    return _LINK.sub(lambda link: _outside(link[1], str(config.repo_url)) or link[1], markdown)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Complain of what GitHub takes for a list or a block of code, and Python's Markdown for text."""
    prose = re.sub(r"<pre>.*?</pre>", "", html, flags=re.DOTALL)
    for line in re.findall(r"^(?:[-*] |\d+\. ).*|<p><code>[a-z]*$|.*\\\|.*", prose, flags=re.MULTILINE):
        _log.warning(
            "%s: %r isn't set as it is on GitHub: lists need an empty line before them, code blocks begin at the "
            "margin, and code in tables can't hold a |",
            page.file.src_uri,
            line[:60],
        )
    return html


def _outside(link: str, repository: str) -> str:
    """The address in the repository of a file or folder outside docs/; "" if it is none."""
    path = (_ROOT / "docs" / link).resolve()
    if path.is_relative_to(_ROOT / "docs") or not path.is_relative_to(_ROOT) or not path.exists():
        return ""
    return f"{repository}/blob/main/{path.relative_to(_ROOT).as_posix()}"

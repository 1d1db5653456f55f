"""Reads a page of HTML as tests ask for it: elements, their parents, and their text."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr", "path"}


class Element:
    def __init__(self, tag: str, attributes: dict[str, str], parent: Element | None) -> None:
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.children: list[Element | str] = []

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    @property
    def classes(self) -> set[str]:
        return set(self.get("class").split())

    @property
    def text(self) -> str:
        parts = (one if isinstance(one, str) else one.text for one in self.children)
        return "".join(parts)

    @property
    def ancestors(self) -> Iterator[Element]:
        one: Element | None = self
        while one is not None:
            yield one
            one = one.parent

    def all(self, tag: str = "") -> Iterator[Element]:
        for one in self.children:
            if isinstance(one, Element):
                if tag in {"", one.tag}:
                    yield one
                yield from one.all(tag)

    def texts(self) -> Iterator[tuple[str, Element]]:
        """Each piece of text with the element that it stands in."""
        for one in self.children:
            if isinstance(one, str):
                yield one, self
            else:
                yield from one.texts()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("root", {}, None)
        self.at = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(made)
        if tag not in VOID:
            self.at = made

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if self.at.tag != tag or self.at.parent is None:
            raise AssertionError(f"</{tag}> closes <{self.at.tag}>")
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)


def read(page: bytes) -> Element:
    """The page as a tree; elements that are not closed in order are refused."""
    reader = _Reader()
    reader.feed(page.decode())
    reader.close()
    assert reader.at is reader.root, f"<{reader.at.tag}> is never closed"
    return reader.root


def one(root: Element, tag: str, **attributes: str) -> Element:
    """The only element of that tag with those attributes."""
    wanted = {name.strip("_").replace("_", "-"): value for name, value in attributes.items()}
    found = [
        each
        for each in root.all(tag)
        if all(each.get(name) == value for name, value in wanted.items())
    ]
    assert len(found) == 1, f"{len(found)} of <{tag}> with {wanted}"
    return found[0]


def links(root: Element) -> list[str]:
    return [each["href"] for each in root.all("a") if each.get("href")]

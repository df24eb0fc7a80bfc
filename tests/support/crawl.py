"""Following every link of the service as one person, without JavaScript."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from werkzeug.exceptions import HTTPException

from tests.support.page import Visitor, apart, lint

MOST_OF_A_KIND = 25
"""Addresses of one endpoint that one person opens: the hundreds of rows of a table have pages alike."""


@dataclass
class Crawl:
    """What was found on the way."""

    pages: dict[str, str] = field(default_factory=dict)
    """The first address of each endpoint."""
    problems: list[str] = field(default_factory=list)


def crawl(visitor: Visitor, seen: set[str], start: str = "/") -> Crawl:
    """Open the pages that links lead to and that are not in `seen`, of each kind as many as MOST_OF_A_KIND.

    They are added to `seen`.
    """
    found, waiting, opened = Crawl(), deque([start]), Counter[str]()
    while waiting:
        address = waiting.popleft()
        endpoint = endpoint_of(visitor.app, address)
        opened[endpoint] += 1
        if opened[endpoint] > MOST_OF_A_KIND:
            continue
        tree = _open(visitor, address, found, start)
        if tree is None:
            continue
        found.pages.setdefault(endpoint, address)
        for link in tree.iterfind(".//a[@href]"):
            target = _inside(link.get("href", ""), address)
            if target is not None and target not in seen:
                seen.add(target)
                waiting.append(target)
    return found


def _open(visitor: Visitor, address: str, found: Crawl, start: str) -> Element | None:
    response = apart(lambda: visitor.client.get(address, headers={"Accept-Language": visitor.language}))
    if response.status_code == 302 and _is_sign_in(address, response.headers["Location"], start):
        return None
    if response.status_code != 200:
        found.problems.append(f"{address} answered {response.status_code} {response.headers.get('Location', '')}")
        return None
    if response.mimetype != "text/html":
        return None
    tree: Element = html5lib.parse(response.get_data(as_text=True), namespaceHTMLElements=False)
    try:
        lint(tree, address)
    except AssertionError as problem:  # told at the end, with all the others
        found.problems.append(str(problem))
    if tree.get("lang") != visitor.language:
        found.problems.append(f"{address} is in {tree.get('lang')}")
    return tree


def _is_sign_in(address: str, location: str, start: str) -> bool:
    """A visitor is asked to sign in first; whoever has signed in is led on by the link of the session's end."""
    return location.startswith("/sign-in?") if start == "/" else address.startswith("/sign-in?next=")


def _inside(href: str, address: str) -> str | None:
    """The address within the service that a link leads to; None for a fragment or another place."""
    bare = urldefrag(href).url
    parts = urlsplit(bare)
    if not bare or parts.scheme or parts.netloc:
        return None
    return f"{urlsplit(address).path}{bare}" if bare.startswith("?") else bare


def endpoint_of(app: Flask, address: str) -> str:
    """The endpoint that answers an address; its path when there is none."""
    path = urlsplit(address).path
    try:
        return str(app.url_map.bind("localhost").match(path)[0])
    except HTTPException:
        return path

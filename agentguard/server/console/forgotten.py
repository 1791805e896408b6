"""Forgets what a request brought along once it is answered.

Litestar keeps the last 1,024 forms, lines of cookies and query strings that it read, for whoever
sends the same again: passwords, the tokens of sessions, the codes with which a company signs its
people in. They are kept by caches of the process, and live far longer than what they open.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from litestar._asgi.routing_trie.traversal import parse_path_params
from litestar._kwargs.extractors import create_query_default_dict
from litestar._parsers import (
    parse_cookie_string,
    parse_query_string,
    parse_url_encoded_form_data,
)
from litestar.datastructures import URL

_KEPT = (
    parse_url_encoded_form_data,
    parse_cookie_string,
    parse_query_string,
    create_query_default_dict,
    parse_path_params,
    URL.from_components,
    urlsplit,  # Python's own, with the addresses that a page takes apart
    URL._new,  # noqa: SLF001 - where an address is kept with its query string
)


def forget() -> None:
    """Empty what the framework keeps of requests; one that is being read is read anew."""
    for kept in _KEPT:
        kept.cache_clear()  # type: ignore[union-attr]  # the types of `urlsplit` hide its cache

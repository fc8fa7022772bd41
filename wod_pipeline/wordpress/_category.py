"""Which categories a site has: whether the one asked for exists, where its posts are, and which lie below it.

A site answers ``categories=9999`` with an empty list, as if nothing had been published. So a source that finds no
post asks here whether the category exists. Requests for posts belong in `_client`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any

from wod_pipeline.errors import SourceChallenged, SourceError, SourceMalformed, SourceRefused
from wod_pipeline.wording import count
from wod_pipeline.wordpress._http import JsonResponse, Params, plain_text, printable

Ask = Callable[[str, Params], JsonResponse]
"""Requests a route of the REST API; a 4xx is returned, not raised."""

NO_SUCH_TERM = "rest_term_invalid"
NAMED = 10
"""How many of the site's categories an error names: those with the most posts."""
PER_PAGE = 100
MOST_PAGES = 50
"""Bound for a site that announces endless pages of categories."""
_SETTING = "WOD_WORDPRESS_CATEGORY"
CHILDREN_SETTING = "WOD_WORDPRESS_CHILD_CATEGORIES"


def verify_category(ask: Ask, category: int) -> bool:
    """Whether the category is known to exist; False when the site hides its categories.

    Raises `SourceRefused` when it does not exist, or when only categories below it have posts, at any depth.
    """
    try:
        response = ask(f"categories/{category}", {"_fields": "id,name,count"})
    except (SourceChallenged, SourceMalformed):
        return False  # posts are answered, and only this address is withheld or damaged
    if _code(response) == NO_SUCH_TERM:
        raise _no_such_category(ask, category, response.where)
    if response.status >= 400 or not isinstance(response.value, dict):
        return False
    if response.value.get("count") == 0:
        _require_posts_here(ask, category, _name(response.value), response.where)
    return True


def category_and_below(ask: Ask, category: int) -> list[int]:
    """The category with all that lie below it, at any depth. Raises `SourceRefused` when the site hides them."""
    terms, last = _all_categories(ask)
    if last.status >= 400:
        raise SourceRefused(
            f"{last.where} refused with {last.status}, so the categories below {category} are not known.",
            fix=f"Unset {CHILDREN_SETTING}, or have the site's owner allow this address.",
        )
    if category not in terms:
        raise _no_such_category(ask, category, last.where)
    return descendants(_parents(terms), category)


def _all_categories(ask: Ask) -> tuple[dict[int, dict[str, Any]], JsonResponse]:
    """Every category by id, up to the first page that is refused, and the last answer."""
    terms: dict[int, dict[str, Any]] = {}
    for page in range(1, MOST_PAGES + 1):
        query: Params = {
            "per_page": PER_PAGE,
            "page": page,
            "orderby": "id",
            "_fields": "id,parent,name,count",
        }
        response = ask("categories", query)
        found = _terms(response)
        terms.update((term["id"], term) for term in found)
        if len(found) < PER_PAGE:
            break
    return terms, response


def _parents(terms: Mapping[int, Mapping[str, Any]]) -> dict[int, int]:
    return {id_: parent for id_, term in terms.items() if type(parent := term.get("parent")) is int}


def descendants(parents: Mapping[int, int], root: int) -> list[int]:
    """`root` and everything below it, from each id's parent; a circle of parents ends too."""
    found, level = [root], {root}
    while level:
        level = {child for child, parent in parents.items() if parent in level} - set(found)
        found += sorted(level)
    return found


def _no_such_category(ask: Ask, category: int, where: str) -> SourceRefused:
    what, named = "does not exist", ""
    with suppress(SourceError):  # what is certain is said without what would only explain it
        tag = ask(f"tags/{category}", {"_fields": "id,name"})
        what = f"is the tag {_name(tag.value)!r}, not a category" if _is_term(tag.value) else what
        named = _describe(_terms(ask("categories", _most_used())))
    return SourceRefused(
        f"Category {category} {what} ({where}).",
        fix=f"Set {_SETTING} to the program's category{f'; the site has {named}' if named else ''}.",
    )


def _require_posts_here(ask: Ask, category: int, name: str, where: str) -> None:
    try:
        terms, _ = _all_categories(ask)
    except (SourceChallenged, SourceMalformed):
        return
    below = [terms[id_] for id_ in descendants(_parents(terms), category) if id_ != category]
    filled = sorted((term for term in below if _posts(term)), key=_posts, reverse=True)[:NAMED]
    if filled:
        raise SourceRefused(
            f"Category {category} ({name}) has no post of its own, only categories below it have: "
            f"{_describe(filled)} ({where}).",
            fix=f"Set {_SETTING} to one of them, or {CHILDREN_SETTING}=on to read all of them.",
        )


def _posts(term: Mapping[str, Any]) -> int:
    posts = term.get("count")
    return posts if type(posts) is int and posts > 0 else 0


def _most_used() -> Params:
    return {"per_page": NAMED, "orderby": "count", "order": "desc", "_fields": "id,name,count"}


def _terms(response: JsonResponse) -> list[dict[str, Any]]:
    """The terms of a list; none of an error. Raises `SourceMalformed` for anything else."""
    if response.status >= 400:
        return []
    if not isinstance(response.value, list):
        raise SourceMalformed(f"{response.where} is not a list of categories.")
    return [term for term in response.value if _is_term(term)]


def _is_term(value: object) -> bool:
    return isinstance(value, dict) and type(value.get("id")) is int


def _code(response: JsonResponse) -> object:
    return response.value.get("code") if isinstance(response.value, dict) else None


def _name(term: Mapping[str, Any]) -> str:
    return printable(plain_text(str(term.get("name", ""))), 40)


def _describe(terms: Collection[Mapping[str, Any]]) -> str:
    """``213 Barbell (12 posts), 4 News (1 post)``."""
    return ", ".join(f"{term['id']} {_name(term)} ({count(_posts(term), 'post')})" for term in terms)

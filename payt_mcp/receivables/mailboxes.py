"""One e-mail address out of what people write for one: its domain in one form, whatever it is written in.

An address is `local@host`, the host as mail servers have it: lower case, and in ASCII (`xn--mller-kva.example` for
`müller.example`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress

_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}\Z")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_TOP = re.compile(r"(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})\Z")
_LONGEST = 254
_LIKE_LATIN = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
_SEPARATORS = frozenset(",;\n\r")
_PLAIN = "one plain e-mail address, such as ap@example.com"


def split(text: str) -> list[str]:
    """The parts of a text that are to be an address each: separated by commas, semicolons, lines, or blanks where there
    are no names beside them. A comma in a name (`"Jansen, Piet" <piet@x.example>`) separates nothing.
    """
    parts: list[str] = []
    for part in _separated(text):
        if parts and "@" not in parts[-1] and "<" in part:  # the name before it had a comma
            parts[-1] = f"{parts[-1]}, {part}"
            continue
        words = part.split()
        is_row = len(words) > 1 and all("@" in word for word in words) and "<" not in part
        parts += words if is_row else [part]
    return parts


def parse(text: str) -> str:
    """The one address in a text, which may have a name and white space around it.

    Raises:
        ValueError: saying what is wrong with it, as the end of a sentence.
    """
    address = _bare(text.strip())
    local, at, host = address.rpartition("@")
    odd = [sign for sign in address if not "!" <= sign <= "~" and (sign in local or not _is_of_a_domain(sign))]
    if odd:
        name = unicodedata.name(odd[0], hex(ord(odd[0])))
        raise ValueError(f"it holds {name}; an address is plain ASCII without spaces, save for its domain")
    if not at or not _LOCAL.match(local) or ".." in local or local.startswith(".") or local.endswith("."):
        raise ValueError(_PLAIN)
    found = f"{local}@{ascii_host(host)}"
    if len(found) > _LONGEST:
        raise ValueError(_PLAIN)
    return found


def ascii_host(host: str) -> str:
    """A domain as mail servers have it. Raises ValueError where it can be none."""
    lower = unicodedata.normalize("NFC", host).lower()
    if not lower.isascii() or "xn--" in lower:
        lower = _encoded(lower)
    labels = lower.split(".")
    if len(labels) < 2 or not all(map(_LABEL.match, labels)) or not _TOP.match(labels[-1]):
        raise ValueError(_PLAIN)
    if any(map(_is_mixed, readable(lower).split("."))):
        raise ValueError(f"its domain {lower} mixes Latin letters with others that look like them")
    return lower


def one_form(host: str) -> str:
    """A domain as it is compared with others; what can be none, in lower case."""
    try:
        return host.lower() if host.isascii() and "xn--" not in host.lower() else ascii_host(host)
    except ValueError:
        return host.lower()


def readable(address: str) -> str:
    """An address or a domain as people write it: `info@müller.example`."""
    local, at, host = address.rpartition("@")
    if "xn--" not in host:
        return address
    import idna  # noqa: PLC0415 - few domains need it

    labels = []
    for label in host.split("."):
        try:
            labels.append(idna.ulabel(label) if label.startswith("xn--") else label)
        except idna.IDNAError:
            labels.append(label)
    return f"{local}{at}{'.'.join(labels)}"


def shown(address: str) -> str:
    """An address as it is, and as it reads where that is another."""
    reads = readable(address)
    return address if reads == address else f"{address} (reads {reads})"


def mailbox(address: str) -> str:
    """What two addresses of one mailbox have in common, however their letters are cased."""
    local, at, host = address.strip().rpartition("@")
    return f"{local.lower()}{at}{one_form(host)}"


def mailboxes_in(text: str) -> Iterator[str]:
    """Every mailbox that a text names; what is none is left out."""
    for part in split(text):
        with suppress(ValueError):
            yield mailbox(parse(part))


def _separated(text: str) -> list[str]:
    parts, quoted, bracketed = [""], False, False
    for sign in text:
        quoted ^= sign == '"'
        bracketed = not quoted and (sign == "<" or (bracketed and sign != ">"))
        if sign in _SEPARATORS and not quoted and not bracketed:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts if part.strip()]


def _bare(text: str) -> str:
    """Without the name beside it. Raises ValueError where the name is another address."""
    name, opened, rest = text.rpartition("<")
    if not opened or not rest.endswith(">"):
        return text.removeprefix("mailto:")
    if "@" in name:
        raise ValueError("it names two addresses, one of them as a name")
    return rest[:-1].strip().removeprefix("mailto:")


def _is_of_a_domain(sign: str) -> bool:
    """Whether a sign that is no ASCII may stand in a domain: letters, marks and digits, no look-alikes of a dot."""
    return unicodedata.category(sign)[0] in "LMN" and unicodedata.normalize("NFKC", sign) == sign


def _is_mixed(label: str) -> bool:
    """Whether letters of two scripts that look alike stand in one word: no registry gives such a name out."""
    if label.isascii():
        return False
    scripts = {unicodedata.name(sign, "").partition(" ")[0] for sign in label if sign.isalpha()}
    return "LATIN" in scripts and not scripts.isdisjoint(_LIKE_LATIN)


def _encoded(host: str) -> str:
    """In ASCII; what is in ASCII already must be the spelling that its letters have. Raises ValueError."""
    import idna  # noqa: PLC0415 - see above

    try:
        return idna.encode(host).decode()
    except (idna.IDNAError, UnicodeError):
        raise ValueError(f"its domain {host[:60]!r} is none that can be registered") from None

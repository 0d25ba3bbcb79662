"""One table of all that a letter says: what stands in the books, what does not, and what is somebody else's or not so.

All warnings about the text derive from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from payt_mcp.proposals.preview import Said, Sources, Warned
from payt_mcp.receivables.addresses import domain
from payt_mcp.scanning.amounts import Amount
from payt_mcp.scanning.disguises import hides_by_style, markup_in, mixed_words, script_words
from payt_mcp.scanning.figures import Figures, figures_in
from payt_mcp.scanning.links import addresses_in
from payt_mcp.scanning.secrets import secrets_in
from payt_mcp.words.lookalikes import plain
from payt_mcp.words.plainly import unaccented
from payt_mcp.words.said import capital, joined, money, say, some, term
from payt_mcp.words.text import clean
from payt_mcp.writes.message.amounts_known import Amounts, Money, divided
from payt_mcp.writes.message.contradictions import contradicted
from payt_mcp.writes.message.facts import Facts
from payt_mcp.writes.message.figures import misplaced, named_in, sums_of
from payt_mcp.writes.message.known import Foreign, Known
from payt_mcp.writes.message.leading import leading
from payt_mcp.writes.message.letter import Letter
from payt_mcp.writes.message.pages import pages_in
from payt_mcp.writes.message.saying import Part, parts_of
from payt_mcp.writes.message.source import Source, wrong
from payt_mcp.writes.message.surcharges import surcharges

_LENGTH = 40
_HOLDER = re.compile(
    r"\b(?:t\.?n\.?v\.?|ten name van|op naam van|in the name of|account holder|account name|beneficiary"
    r"|kontoinhaber(?:in)?"
    r"|lautend auf|titulaire|au nom de|a l.ordre de)[ :]*(?P<name>[^\n,;()]{3,60})"
)
_WORD = re.compile(r"\w+")
_FEWEST_WORDS = 5
_MOST_ENTRIES = 200


def sources_of(letter: Letter, facts: Facts, notes: Iterable[str] = ()) -> list[Source]:
    """Without what this server filled in, which is right by construction. `notes` are colleagues', for our own use."""
    spans = [(one.start, one.end) for one in letter.filled]
    known, text = facts.known, letter.text
    is_typed = _typing(text, spans)
    figures = _typed(known.figures or figures_in(text, {*known.by_number(), *known.names}), is_typed)
    entries = known.by_number()
    parts = parts_of(figures, entries)
    sums = list(sums_of(facts.items, named_in(text, facts.items)))
    amounts = Amounts(known, sums)
    found = [
        *leading(letter.typed, letter, facts),
        *_foreign(known),
        *contradicted(figures.text, parts, known, amounts),
        *surcharges(parts, known.lawful, amounts, is_booked=known.has_costs),
        *misplaced(text, facts.items),
        *_pages(text, known),
        *_inner(text, [*known.internal, *((say("a colleague's note"), one) for one in notes)], known),
        *_holders(letter.typed, facts),
        *_disguised(text),
    ]
    accused = {one.said for one in found}
    found += [one for one in _amounts(figures, amounts, _whole(known, sums)) if one.said not in accused]
    numbers = [one.written for one in (*figures.own, *figures.others) if is_typed(one.at)]
    found += [one for one in _numbers(numbers, known) if one.said not in accused]
    found += [one for one in _past_days(parts, known) if one.said not in accused]
    found += _phones(figures, known)
    return list({(one.said, one.kind, one.verdict, one.warned): one for one in found}.values())


def warnings_in(sources: Iterable[Source]) -> list[Warned]:
    return list(dict.fromkeys(one.warned for one in sources if one.warned))


def _typing(text: str, spans: Sequence[tuple[int, int]]) -> Callable[[int], bool]:
    """Whether what stands at a place of the plain text was typed, and not filled in."""
    places = [(len(plain(text[:start])), len(plain(text[:end]))) for start, end in spans]
    return lambda at: not any(start <= at < end for start, end in places)


def _typed(figures: Figures, is_typed: Callable[[int], bool]) -> Figures:
    """Without what was filled in, save the numbers of invoices: what is typed beside one is said of it."""
    return Figures(
        figures.text, figures.own, tuple(one for one in figures.others if is_typed(one.at)),
        tuple(one for one in figures.amounts if is_typed(one.at)),
        tuple(one for one in figures.days if is_typed(one.at)),
        tuple(one for one in figures.phones if is_typed(one.at)),
    )  # fmt: skip


def _foreign(known: Known) -> Iterator[Source]:
    for is_file, found in ((False, known.foreign), (True, known.files)):
        for one in found:
            yield wrong(one.said, one.kind, one.whose, _foreign_words(one, is_file=is_file))


def _foreign_words(one: Foreign, *, is_file: bool) -> str:
    whose = (
        say("{whose}, of our other company {company}", whose=one.whose, company=one.company)
        if one.company
        else one.whose
    )
    said = clean(one.said, 60)
    if is_file:
        kind = term(one.kind)
        return say("The attachment {said} is another debtor's: {kind} of {whose}.", said=said, kind=kind, whose=whose)
    if one.kind == "name":
        return say("The text names {said}, who is another debtor: {whose}.", said=said, whose=whose)
    return say(
        "{kind} {said} in the text belongs to another debtor ({whose}).",
        kind=capital(term(one.kind)),
        said=said,
        whose=whose,
    )


def _amounts(figures: Figures, amounts: Amounts, whole: Mapping[Money, str]) -> Iterator[Source]:
    unknown: list[Amount] = []
    for one in figures.amounts:
        where = amounts.where(one)
        if where:
            yield Source(clean(one.written, _LENGTH), "amount", "right", where)
        elif one.currency or not one.written.isdigit():
            unknown.append(one)
    parts = divided(unknown, whole, figures.text.find("\n"))
    for one in unknown:
        other = amounts.other_currency(one)
        where = parts.get(one, "") or (say("the books have it in {other}", other=other) if other else "")
        yield Source(clean(one.written, _LENGTH), "amount", "right" if one in parts else "unknown", where)


def _whole(known: Known, sums: Iterable[tuple[str, Decimal, str]]) -> dict[Money, str]:
    """What may be said in parts, such as terms."""
    found: dict[Money, str] = {}
    for currency, value, what in sums:
        found.setdefault((currency, value), what)
    for entry in known.entries:
        for amount, what in ((entry.open_amount, say("open")), (entry.total_amount or Decimal(0), say("total"))):
            if amount > 0:
                found.setdefault(
                    (entry.currency, amount),
                    say("{what} of invoice {number}", what=what, number=clean(entry.number, _LENGTH)),
                )
    return found


def _numbers(numbers: Iterable[str], known: Known) -> Iterator[Source]:
    entries, foreign = known.by_number(), {one.said for one in known.foreign}
    for number in dict.fromkeys(numbers):
        entry = entries.get(number)
        said = clean(number, _LENGTH)
        if entry:
            yield Source(
                said,
                "invoice",
                "right",
                say("paid")
                if entry.is_paid
                else say("open {open_amount}", open_amount=money(entry.open_amount, entry.currency)),
            )
        elif number in known.names:
            yield Source(said, "number", "right", known.names[number])
        elif number not in foreign and not _is_own_part(number, known):
            yield Source(said, "number", "unknown")


def _is_own_part(number: str, known: Known) -> bool:
    """Whether it is a part of a number of ours or the debtor's as it is written otherwise."""
    digits = re.sub(r"\W", "", number).lower()
    return any(digits in re.sub(r"\W", "", one).lower() for one in known.names)


def _past_days(parts: Iterable[Part], known: Known) -> Iterator[Source]:
    """Days that are past; one that is to come is the writer's own to set."""
    days = {**known.written_on, **known.days}
    for entry in known.entries:
        for date, what in (
            (entry.invoice_date, say("date of")),
            (entry.due_date, say("due date of")),
            (entry.paid_on, say("payment of")),
        ):
            if date:
                days.setdefault(date, say("{what} invoice {number}", what=what, number=clean(entry.number, _LENGTH)))
    for part in parts:
        for dated in part.days:
            dates = dated.day.dates(known.today)
            where = next((days[date] for date in dates if date in days), "")
            said = clean(dated.day.written, _LENGTH).rstrip(".")
            if where:
                yield Source(said, "date", "right", where)
            elif dates and max(dates) < known.today and dated.role != "deadline":
                yield Source(said, "date", "unknown")


def _phones(figures: Figures, known: Known) -> Iterator[Source]:
    names = {re.sub(r"\D", "", one): what for one, what in known.names.items()}
    for one in figures.phones:
        digits = re.sub(r"\D", "", one.written)
        where = next((what for number, what in names.items() if len(number) > 6 and digits.endswith(number[-8:])), "")
        yield Source(clean(one.written, _LENGTH), say("phone number"), "right" if where else "unknown", where)


def _holders(text: str, facts: Facts) -> Iterator[Source]:
    """In whose name an account is said to be."""
    own = [unaccented(one) for one in (facts.sender, facts.holder) if one]
    for match in _HOLDER.finditer(unaccented(text)):
        name = text[match.start("name") : match.end("name")].strip(" .:")
        is_ours = any(one in unaccented(name) or unaccented(name) in one for one in own)
        yield Source(clean(name, 60), say("account holder"), "right" if is_ours else "unknown")


def _pages(text: str, known: Known) -> Iterator[Source]:
    """Pages of a portal that is ours, and that are not this debtor's."""
    for host in known.page_hosts:
        for page in pages_in(plain(text), host):
            said = clean(page, 80)
            if page in known.pages:
                yield Source(said, "link", "right", say("the debtor's own page"))
            else:
                told = say(
                    "The text links to {said}, which is no page of this debtor: it may show another debtor's.",
                    said=said,
                )
                yield wrong(said, "link", say("none of the debtor's pages"), told)


def _inner(text: str, internal: Iterable[tuple[str, str]], known: Known) -> Iterator[Source]:
    """What is for our own use alone: notes, pages and mailboxes of ours, and what opens them."""
    for address in addresses_in(text):
        if domain(address) in known.inner_hosts:
            said = clean(address, 80)
            told = say(
                "The text names {said}, which is for internal notes alone: who mails it writes in our books.", said=said
            )
            yield wrong(said, "address", say("for internal notes"), told)
    for host in known.inner_hosts:
        for page in pages_in(plain(text), host):
            said = clean(page, 80)
            told = say("The text links to {said}, a page for our own use that the debtor cannot open.", said=said)
            yield wrong(said, "link", say("our own side of Payt"), told, danger=False)
    for what, kept in internal:
        if _quotes(text, kept):
            told = say("The text quotes {what}, which is for internal use.", what=what)
            yield wrong(what, "quotation", say("internal"), told, danger=False)
    for secret in secrets_in(text):
        told = say("The text holds what looks like a secret, a token or a password ({secret}…).", secret=secret)
        yield wrong(say("{secret}…", secret=secret), "secret", say("not to be sent"), told)


def _quotes(text: str, kept: str) -> bool:
    """Whether so many words on end of what is kept stand in the text."""
    said, words = f" {' '.join(_WORD.findall(unaccented(text)))} ", _WORD.findall(unaccented(kept))
    size = min(_FEWEST_WORDS, len(words))
    return size >= 3 and any(f" {' '.join(words[at : at + size])} " in said for at in range(len(words) - size + 1))


def _disguised(text: str) -> Iterator[Source]:
    """What is read as something else than what stands there."""
    for word in mixed_words(text):
        said, scripts = clean(word, 60), script_words(word)
        told = say(
            "The word {said} mixes letters of {scripts}: it is not what it looks like.", said=said, scripts=scripts
        )
        yield wrong(said, "disguise", scripts, told)
    found = markup_in(text)
    if found:
        said = some(map(clean, found), most=3)
        hidden = say(", and its style can hide text") if hides_by_style(text) else ""
        told = say(
            "The text holds markup ({said}){hidden}: drawn as HTML, parts of it are hidden or joined.",
            said=said,
            hidden=hidden,
        )
        yield wrong(said, "markup", say("not as it stands here"), told)


def sources_section(sources: Sequence[Source], bounds: Sequence[str], filled: int = 0) -> list[Sources]:
    """What a person is shown of the table; nothing where the text says nothing of the kind."""
    said = summary_of(sources, filled, bounds)
    entries = tuple(Said(one.said, one.kind, one.verdict, one.where) for one in sources)
    return [Sources(said, entries[:_MOST_ENTRIES])] if said else []


def _unknown_words(one: Source) -> str:
    if one.where:
        return say("{kind} {said} ({where})", kind=term(one.kind), said=one.said, where=one.where)
    return say("{kind} {said}", kind=term(one.kind), said=one.said)


def summary_of(sources: Sequence[Source], filled: int, bounds: Sequence[str]) -> str:
    """One line: how much of what the letter says stands in the books, and what does not."""
    right = len({(one.said, one.kind) for one in sources if one.verdict == "right"})
    unknown = list(dict.fromkeys(_unknown_words(one) for one in sources if one.verdict == "unknown"))
    said = []
    if filled:
        said.append(say("{filled} filled in by this server", filled=filled))
    if right == 1:
        said.append(say("1 of {all} typed by hand stands in the books", all=right + len(unknown)))
    elif right or unknown:
        said.append(say("{right} of {all} typed by hand stand in the books", right=right, all=right + len(unknown)))
    if unknown:
        said.append(say("not there: {unknown}", unknown=some(unknown, most=8)))
    return joined(filter(None, (joined(said, "; "), *bounds)), ". ")

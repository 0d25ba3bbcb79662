"""Whether what a person was shown is so still: two previews of one write held against each other, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from payt_mcp.proposals.preview import (
    Beside,
    Circumstance,
    Fact,
    Facts,
    Letter,
    Preview,
    Records,
    Said,
    Section,
    Situation,
    Sources,
)
from payt_mcp.words.said import lowered, say, some, without_stop
from payt_mcp.words.text import clean

_COMPARED = (Facts, Beside, Situation, Letter, Records, Sources)
"""What is compared part by part, so that the part that changed is named."""

_VERDICTS = {
    "right": say("it stands in the books now"),
    "unknown": say("it is not in the books any more"),
    "wrong": say("it is wrong now"),
}
_MOST_NAMED = 5
_KEY_LENGTH = 40


def what_changed(shown: Preview, now: Preview, known: Sequence[str] = ()) -> list[str]:
    """What of a preview is not so any more, or is new in it; nothing where a yes to it still holds. What its kind knows
    of that in words of its own, `known`, is not said again.
    """
    found = [*known, *recipients(shown, now), *_news(shown, now)]
    if not known:
        found += [*_facts(shown, now), *_records(shown, now), *_text(shown, now)]
    if not found:
        found += _sources(shown, now)
    if not found and _others(shown) != _others(now):
        found.append(say("what follows from it changed since"))
    if not found:
        found += _warned(shown, now)
    return [now.idle, *found] if now.idle and not shown.idle else found


def recipients(shown: Preview, now: Preview) -> Iterator[str]:
    """Whether a letter would go to other addresses."""
    before, after = _addresses(shown), _addresses(now)
    if before != after:
        yield say("messages to this debtor go to {after} now", after=some(after))


def _text(shown: Preview, now: Preview) -> Iterator[str]:
    """Whether it would read otherwise, or other files would go along."""
    if _read(shown) != _read(now):
        yield say("it would read otherwise now")


def _facts(shown: Preview, now: Preview) -> Iterator[str]:
    before, after = _labelled(shown), _labelled(now)
    for name in {**before, **after}:
        if before.get(name) != after.get(name):
            yield say(
                "{name} was {before} and is {after} now",
                name=name,
                before=before.get(name) or say("nothing"),
                after=after.get(name) or say("nothing"),
            )


def _news(shown: Preview, now: Preview) -> Iterator[str]:
    """What came up around it. That something is over, or was read, is no news."""
    known = {(entry.key, entry.label, entry.said) for entry in _entries(shown)}
    for entry in _entries(now):
        if entry.stops and (entry.key, entry.label, entry.said) not in known:
            yield say("{label}: {said}", label=lowered(entry.label), said=without_stop(entry.said))
    for label, text in _beside(now):
        if (label, text) not in _beside(shown):
            yield say("{label}: {text}", label=lowered(label), text=without_stop(clean(text)))


def _warned(shown: Preview, now: Preview) -> Iterator[str]:
    """What is to be looked out for and was not; a danger that is over is none."""
    known = {(one.text, one.danger) for one in shown.warnings}
    for one in now.warnings:
        if (one.text, one.danger) not in known:
            yield say("now to be looked out for: {text}", text=without_stop(one.text))


def _sources(shown: Preview, now: Preview) -> Iterator[str]:
    """What the text says and stands in the books otherwise than it did."""
    before = {(one.said, one.kind): one for one in _said(shown)}
    for one in _said(now):
        if before.get((one.said, one.kind)) != one:
            yield say(
                "of {said} in the text: {where}",
                said=clean(one.said, _KEY_LENGTH),
                where=without_stop(one.where) or _VERDICTS[one.verdict],
            )


def _said(preview: Preview) -> list[Said]:
    return [entry for one in preview.sections if isinstance(one, Sources) for entry in one.entries]


def _entries(preview: Preview) -> list[Circumstance]:
    return [entry for one in preview.sections if isinstance(one, Situation) for entry in one.entries]


def _beside(preview: Preview) -> list[Fact]:
    return [fact for one in preview.sections if isinstance(one, Beside) for fact in one.entries]


def _records(shown: Preview, now: Preview) -> Iterator[str]:
    """Records by their place, not their key: one may come twice in a batch."""
    pairs = zip_longest(shown.rows, now.rows)
    moved = dict.fromkeys(clean((later or row).key, _KEY_LENGTH) for row, later in pairs if row != later)
    if moved:
        yield say("at Payt changed since: {moved}", moved=some(moved, most=_MOST_NAMED))


def _others(preview: Preview) -> list[Section]:
    """What is neither said in other sentences here nor only stands beside."""
    return [one for one in preview.sections if not isinstance(one, _COMPARED)]


def _labelled(preview: Preview) -> dict[str, str]:
    return dict(fact for section in preview.sections if isinstance(section, Facts) for fact in section.entries)


def _read(preview: Preview) -> list[tuple[object, ...]]:
    letters = (one for one in preview.sections if isinstance(one, Letter))
    return [(one.subject, one.body, one.attachments) for one in letters]


def _addresses(preview: Preview) -> list[str]:
    return [one.email for section in preview.sections if isinstance(section, Letter) for one in section.recipients]

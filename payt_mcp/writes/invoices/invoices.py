"""Upserts of invoices: worked out row by row, checked again, sent with their files, and looked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

from payt_mcp.books.shelf import Key
from payt_mcp.errors import InputError, NotSentError, OutcomeUnknownError
from payt_mcp.payt import writes
from payt_mcp.payt.wire import Command
from payt_mcp.proposals.attempt import Done
from payt_mcp.proposals.preview import REFUSED, Preview, Words
from payt_mcp.words.field_names import FILES, NOT_READ_BACK, field_words, listed
from payt_mcp.words.said import count, say
from payt_mcp.words.sentences import Field
from payt_mcp.words.text import clean
from payt_mcp.writes.bulk import POSTED, bulk_done, with_refused
from payt_mcp.writes.files import checksum, described, load
from payt_mcp.writes.invoices.fields import parse_invoices
from payt_mcp.writes.invoices.lines import lines_stand
from payt_mcp.writes.invoices.reading import known_of
from payt_mcp.writes.invoices.request import posted_of, request_of
from payt_mcp.writes.invoices.sections import sections_of, totalled, warnings_of
from payt_mcp.writes.invoices.steps import Known, Step, missing_in, steps_of
from payt_mcp.writes.kind import Kind, Place
from payt_mcp.writes.outlook import Content, Outlook
from payt_mcp.writes.settling import Attempt

Rows = Sequence[Mapping[str, Any]]


class Invoices(Kind):
    """`wish` has `invoices`, each as Payt's upsert takes it, but that files may go by their name below the folder.

    What is sent also says which rows are `refused`, by their place: they are kept out of it.
    """

    name = "invoices"
    records = "such invoices"

    async def prepare(self, place: Place, wish: Content) -> dict[str, Any]:
        files: list[dict[str, Any]] = []
        rows = [_with_files(place.folder, row, files) for row in parse_invoices(wish["invoices"])]
        place.read["known"] = known = await known_of(place, rows)
        _check_new(rows, known)
        return {"invoices": rows, "files": files}

    async def look_ahead(self, place: Place, asked: Content) -> Outlook:
        for file in asked["files"]:
            load(place.folder, file["path"], file["sha256"])
        rows = asked["invoices"]
        known = place.read.get("known") or await known_of(place, rows)
        steps = steps_of(rows, known)
        request = request_of(rows, steps)
        return Outlook(
            touches=(self.name, *sorted(row["invoice_number"] for row in rows)),
            title=say(
                "{invoices} into {short_name}", invoices=count(len(steps), "invoice"), short_name=place.short_name
            ),
            sections=sections_of(rows, steps, place.sender),
            warnings=warnings_of(rows, steps, known),
            idle=_idle(steps),
            content={
                "invoices": rows,
                "refused": [at for at, step in enumerate(steps) if step.action == REFUSED],
                "files": asked["files"],
                **request,
            },
            words=_words(rows),
            amount=totalled(rows, steps),
        )

    async def send_ahead(self, place: Place, content: Content) -> None:
        """Announce the files of what is posted, and upload them."""
        used = {row[name].get("checksum") for row in posted_of(content) for name in FILES if name in row}
        files = {file["checksum"]: file for file in content["files"] if file["checksum"] in used}
        if not files:
            return
        client = place.account.payt.client
        wanted = ("checksum", "byte_size", "content_type")
        command = writes.files(place.id, [{name: file[name] for name in wanted} for file in files.values()])
        try:
            urls = writes.upload_urls(await client.write(command, "such files"))
        except OutcomeUnknownError as error:
            raise NotSentError(f"the files could not be announced, {error.trouble}") from None
        for key, url in urls.items():
            if key in files:
                content_of = load(place.folder, files[key]["path"], files[key]["sha256"])
                await client.upload(url, content_of, files[key]["content_type"])

    def command(self, place: Place, content: Content, preview: Preview) -> Command:  # noqa: ARG002 - Kind
        return writes.invoices(place.id, posted_of(content), partial=bool(content.get("partial")))

    def done(self, content: Content, preview: Preview, answer: Any) -> Done:
        """Each record stands or falls alone."""
        posted = {row["invoice_number"] for row in posted_of(content)}
        return with_refused(bulk_done(posted, *writes.bulk_result(answer)), preview.refused)

    async def touched(self, place: Place, content: Content) -> Iterable[Key]:  # noqa: ARG002 - Kind
        names = ("invoice_number", "invoice_identifier")
        return [Key(self.name, f"{name}s", row[name]) for row in posted_of(content) for name in names if row.get(name)]

    async def stands(self, place: Place, attempt: Attempt) -> Done | None:
        """Whether the books are as they were to be. A row with something that Payt never shows is left to a person."""
        due, posted = attempt.preview.keys(*POSTED), posted_of(attempt.content)
        if _unseen(row for row in posted if row["invoice_number"] in due):
            return None
        known = await known_of(place, posted)
        rows: dict[str, dict[str, Any]] = {}
        for row in posted:  # a number that comes twice is changed twice
            rows[row["invoice_number"]] = {**rows.get(row["invoice_number"], {}), **row}
        steps = {step.number: step for step in steps_of([_without_lines(row) for row in rows.values()], known)}
        mails = not attempt.content.get("partial")
        missing = [number for number in due if _is_due(steps[number], rows[number], known, mails=mails)]
        return attempt.batch(due, missing, say("in the books"))


KIND = Invoices()


def _idle(steps: Sequence[Step]) -> str:
    if any(step.action in POSTED or step.mail_to for step in steps):
        return ""
    if any(step.action == REFUSED for step in steps):
        return say("Payt would refuse every record that is not there already")
    return say("Payt has all of it already")


def _words(rows: Rows) -> Words | None:
    unseen = _unseen(rows)
    if not unseen:
        return None
    why = say(
        "Payt does not show whether {unseen} arrived, so only a person who looks there can close it",
        unseen=listed(unseen),
    )
    return replace(Invoices.words, unseen=why)


def _unseen(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """What of these rows Payt never shows, in words."""
    given = {name for row in rows for name in row}
    return [Field(field_words(name)) for name in NOT_READ_BACK if name in given]


def _check_new(rows: Rows, known: Known) -> None:
    """Raises InputError for a row that is to create an invoice and has not what Payt needs for one."""
    there = set(known.invoices)
    for at, row in enumerate(rows):
        number, missing = row["invoice_number"], missing_in(row)
        if number not in there and missing:
            has_debtor = row.get("debtor_number") or row.get("debtor_identifier")
            needed = " and ".join([*missing, *([] if has_debtor else ["debtor_number"])])
            raise InputError(f"invoices[{at}] needs {needed}: Payt has no invoice {clean(number, 40)!r} to change.")
        there.add(number)


def _with_files(folder: Path | None, row: Mapping[str, Any], files: list[dict[str, Any]]) -> dict[str, Any]:
    """The row with the checksum of each file it names; the file is noted for uploading."""
    ready = dict(row)
    for name in FILES:
        given = ready.get(name)
        if given and "filename" in given and "checksum" not in given and not given.get("destroy"):
            file = described(folder, given["filename"])
            known_as = checksum(load(folder, file.path, file.sha256))
            ready[name] = {"filename": PurePath(file.name).name, "checksum": known_as}
            files.append(
                {
                    "path": file.path,
                    "sha256": file.sha256,
                    "checksum": known_as,
                    "byte_size": file.size,
                    "content_type": file.content_type,
                }
            )
    return ready


def _without_lines(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "invoice_lines"}


def _is_due(step: Step, row: Mapping[str, Any], known: Known, *, mails: bool) -> bool:
    """Whether the books still differ from the row. `mails`: what was sent has Payt mail what was not sent before."""
    if step.action in {"created", REFUSED} or step.changes or (mails and step.mail_to):
        return True
    return "invoice_lines" in row and not lines_stand(
        row["invoice_lines"], known.invoices[row["invoice_number"]].invoice_lines
    )

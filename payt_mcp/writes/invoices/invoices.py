"""Upserts of invoices as the guard's engine needs them: planned, checked again, sent, and looked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePath
from typing import Any, Literal
from urllib.parse import urlsplit

from payt_mcp.books.account import Account
from payt_mcp.books.scope import Scope, chunks
from payt_mcp.errors import ForbiddenError, MissingError, NotSentError, OutcomeUnknownError, RefusedWriteError
from payt_mcp.payt import wire, writes
from payt_mcp.payt.fields import every
from payt_mcp.payt.models import Administration, Contact, Debtor, Invoice, Payment
from payt_mcp.proposals.engine import Check, Done
from payt_mcp.proposals.proposal import draft_of
from payt_mcp.proposals.records import Draft, Record
from payt_mcp.proposals.states import Status
from payt_mcp.words.field_names import NOT_READ_BACK
from payt_mcp.writes.bulk import bulk_done, with_refused
from payt_mcp.writes.files import checksum, described, load
from payt_mcp.writes.invoices import plan as plans
from payt_mcp.writes.invoices.lines import lines_stand
from payt_mcp.writes.invoices.plan import Known, Step
from payt_mcp.writes.invoices.preview import preview_of

KIND = "invoices"
_FILES = ("document", "ubl_document")
_SETTLED_AFTER = dt.timedelta(seconds=60)
_COMPARED = ("mails", "counts", "payments", "lists", "rows", "warnings")


class InvoiceWriter:
    """Args: `ledger_scope` is the ledger scope, `payt` which Payt it is, `folder` where files may come from."""

    def __init__(self, account: Account, ledger_scope: str, payt: str, folder: Path | None) -> None:
        self._account = account
        self._scope_name = ledger_scope
        self._payt = payt
        self._folder = folder

    async def draft(self, scope: Scope, rows: Sequence[Mapping[str, Any]]) -> Draft:
        """The proposal for parsed rows. Raises RefusedWriteError for a file, UpstreamError."""
        files: list[dict[str, Any]] = []
        ready = [self._with_files(row, files) for row in rows]
        return await self._planned(scope, ready, files)

    async def check(self, record: Record) -> Check:
        """Plan it again, and hold that against what the person was shown."""
        content, preview = _kept(record.content), _kept(record.preview)
        scope = await self._scope(record)
        try:
            for file in content["files"]:
                load(self._folder, file["path"], file["sha256"])
        except RefusedWriteError as error:
            return Check(changed=(str(error),))
        renewed = await self._planned(scope, content["invoices"], content["files"])
        changed = [name for name in _COMPARED if renewed.preview[name] != preview[name]]
        if not changed:
            return Check()
        why = f"invoices at Payt changed since (other {', '.join(changed)})"
        return Check(changed=(why,), renewed=_because(renewed, why))

    async def send(self, record: Record) -> Done:
        """Upload the files, then post the batch, each record standing or falling alone."""
        content = _kept(record.content)
        client = self._account.payt.client
        rows = _posted(content)
        used = {row[name].get("checksum") for row in rows for name in _FILES if name in row}
        await self._upload(record.administration_id, [file for file in content["files"] if file["checksum"] in used])
        answer = await client.write(writes.invoices(record.administration_id, rows), "such invoices")
        count, errors, warnings = writes.bulk_result(answer)
        done = bulk_done({row["invoice_number"] for row in rows}, count, errors, warnings)
        return _with_refused(done, _kept(record.preview))

    async def look(self, record: Record) -> Done | None:
        """Whether what was planned stands in the books now. A row with something that Payt does not show is not
        settled here: it is left to a person.
        """
        content, preview = _kept(record.content), _kept(record.preview)
        posted = _posted(content)
        due = {row["invoice"] for row in preview["rows"] if row["action"] in {"created", "updated"}}
        if any(name in row for row in posted if row["invoice_number"] in due for name in NOT_READ_BACK):
            return None
        known = await self._known(await self._scope(record), posted)
        rows: dict[str, dict[str, Any]] = {}
        for row in posted:  # a number that comes twice is changed twice
            rows[row["invoice_number"]] = {**rows.get(row["invoice_number"], {}), **row}
        steps = {step.number: step for step in plans.plan([_without_lines(row) for row in rows.values()], known)}
        open_ = [number for number in due if _is_due(steps[number], rows[number], known)]
        if not open_:
            return _with_refused(Done(Status.APPLIED, {"found": "in the books"}), preview)
        sent = record.sending_at or record.created_at
        if len(open_) == len(due) or dt.datetime.now(dt.UTC) - sent < _SETTLED_AFTER:
            return None
        return Done(Status.PARTLY_APPLIED, {"records": dict.fromkeys(sorted(open_), "not as planned at Payt")})

    async def _scope(self, record: Record) -> Scope:
        return Scope(self._account, await self._account.administration(record.administration_id))

    async def _planned(
        self, scope: Scope, rows: Sequence[Mapping[str, Any]], files: Sequence[Mapping[str, Any]]
    ) -> Draft:
        known = await self._known(scope, rows)
        steps = plans.plan(rows, known)
        content = {
            "payt": self._payt,
            "administration_id": scope.id,
            "invoices": list(rows),
            "refused": [place for place, step in enumerate(steps) if step.action == "refused"],
            "files": list(files),
        }
        return draft_of(
            KIND,
            self._scope_name,
            scope.id,
            content,
            letter=(self._payt, scope.id, KIND, *sorted(row["invoice_number"] for row in rows)),
            preview=preview_of(rows, steps, known, scope.id),
            basis={},
        )

    async def _known(self, scope: Scope, rows: Sequence[Mapping[str, Any]]) -> Known:
        payt, identifiers = self._account.payt, _given(rows, "invoice_identifier")
        invoices = await self._invoices(scope, rows)
        owners = {i.invoice_identifier: i.invoice_number or i.id for i in invoices.values() if i.invoice_identifier}
        for chunk in chunks([key for key in identifiers if key not in owners and "," not in key]):
            fields = ("id", "invoice_number", "invoice_identifier")
            listed = await payt.invoices(scope.id, fields=fields, invoice_identifiers=chunk)
            owners |= {i.invoice_identifier or "": i.invoice_number or i.id for i in listed.records}
        for key in (key for key in identifiers if key not in owners and "," in key):
            with suppress(MissingError):
                owner = await payt.invoice(scope.id, key, key_type="invoice_identifier", fields=every(Invoice))
                owners[key] = owner.invoice_number or owner.id
        debtors = await self._debtors(scope, rows, invoices.values())
        contacts: list[Contact] = []
        for chunk in chunks([key for key in _given(rows, "contact_identifier") if "," not in key]):
            found = await payt.contacts(scope.id, fields=("id", "contact_identifier"), contact_identifiers=chunk)
            contacts += found.records
        return Known(
            sender=scope.administration.name or scope.id,
            currency=scope.administration.currency_code or "",
            invoices=invoices,
            debtors={debtor.debtor_number: debtor for debtor in debtors if debtor.debtor_number},
            debtors_by_identifier={debtor.debtor_identifier: debtor for debtor in debtors if debtor.debtor_identifier},
            debtors_by_id={debtor.id: debtor for debtor in debtors},
            owners_of_identifiers=owners,
            contacts=frozenset(contact.contact_identifier or "" for contact in contacts),
            vat_rates=await self._vat_rates(scope, rows),
            payments=await self._payments(scope, rows, invoices),
            bank_account=scope.administration.bank_account_number or "",
            hosts=_own_hosts(scope.administration),
            own_addresses=(scope.administration.email_address or "",),
        )

    async def _invoices(self, scope: Scope, rows: Sequence[Mapping[str, Any]]) -> dict[str, Invoice]:
        payt, numbers = self._account.payt, _given(rows, "invoice_number")
        found: dict[str, Invoice] = {}
        for chunk in chunks([number for number in numbers if "," not in number]):
            listed = await payt.invoices(scope.id, fields=every(Invoice), invoice_numbers=chunk)
            found |= {invoice.invoice_number or "": invoice for invoice in listed.records}
        for number in numbers:
            if "," in number:  # a list filter would look for two invoices; the path takes the number whole
                try:
                    found[number] = await payt.invoice(
                        scope.id, number, key_type="invoice_number", fields=every(Invoice)
                    )
                except MissingError:
                    continue
        return found

    async def _debtors(
        self, scope: Scope, rows: Sequence[Mapping[str, Any]], invoices: Iterable[Invoice]
    ) -> list[Debtor]:
        payt, found = self._account.payt, dict[str, Debtor]()
        ids = list(dict.fromkeys(invoice.debtor_id for invoice in invoices if invoice.debtor_id))
        for chunk in chunks(ids):
            listed = await payt.debtors(scope.id, fields=every(Debtor), ids=chunk)
            found |= {debtor.id: debtor for debtor in listed.records}
        for chunk in chunks([number for number in _given(rows, "debtor_number") if "," not in number]):
            listed = await payt.debtors(scope.id, fields=every(Debtor), debtor_numbers=chunk)
            found |= {debtor.id: debtor for debtor in listed.records}
        for chunk in chunks([key for key in _given(rows, "debtor_identifier") if "," not in key]):
            listed = await payt.debtors(scope.id, fields=every(Debtor), debtor_identifiers=chunk)
            found |= {debtor.id: debtor for debtor in listed.records}
        return [*found.values(), *await self._debtors_one_by_one(scope, rows)]

    async def _debtors_one_by_one(self, scope: Scope, rows: Sequence[Mapping[str, Any]]) -> list[Debtor]:
        """Debtors with a comma in their key: a list filter would look for two; the path takes the key whole."""
        found: list[Debtor] = []
        kinds: tuple[Literal["debtor_number", "debtor_identifier"], ...] = ("debtor_number", "debtor_identifier")
        for kind in kinds:
            for key in _given(rows, kind):
                if "," in key:
                    with suppress(MissingError):
                        debtor = await self._account.payt.debtor(scope.id, key, key_type=kind, fields=every(Debtor))
                        found.append(debtor)
        return found

    async def _payments(
        self, scope: Scope, rows: Sequence[Mapping[str, Any]], invoices: Mapping[str, Invoice]
    ) -> dict[str, list[Payment]]:
        """The payments that would be replaced, by invoice number; without those that this token or Payt's list filter
        (a comma in the number) does not let us see.
        """
        wanted = dict.fromkeys(row["invoice_number"] for row in rows if "payments" in row)
        numbers = {invoices[number].id: number for number in wanted if number in invoices and "," not in number}
        found: dict[str, list[Payment]] = {number: [] for number in numbers.values()}
        try:
            for chunk in chunks(list(found)):
                listed = await self._account.payt.payments(scope.id, fields=every(Payment), invoice_numbers=chunk)
                for payment in listed.records:
                    found[numbers[payment.invoice_id or ""]].append(payment)
        except (ForbiddenError, KeyError):  # KeyError: an answer to another question than was asked
            return {}
        return found

    async def _vat_rates(self, scope: Scope, rows: Sequence[Mapping[str, Any]]) -> frozenset[str]:
        if not any(row.get("invoice_lines") for row in rows):
            return frozenset()
        codes: set[str] = set()
        async for page in self._account.payt.client.pages(wire.listing("vat_rates", scope.id), "VAT rates"):
            codes |= {str(row.get("code")) for row in page.rows}
        return frozenset(codes)

    def _with_files(self, row: Mapping[str, Any], files: list[dict[str, Any]]) -> dict[str, Any]:
        """The row with the checksum of each file it names; the file is noted for uploading."""
        ready = dict(row)
        for name in _FILES:
            given = ready.get(name)
            if given and "filename" in given and "checksum" not in given and not given.get("destroy"):
                file = described(self._folder, given["filename"])
                known_as = checksum(load(self._folder, file.path, file.sha256))
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

    async def _upload(self, administration_id: str, files: Sequence[Mapping[str, Any]]) -> None:
        """Announce and upload; none of it changes an invoice, so a failure here is nothing sent."""
        if not files:
            return
        client = self._account.payt.client
        announced = {file["checksum"]: file for file in files}
        wanted = ("checksum", "byte_size", "content_type")
        command = writes.files(administration_id, [{n: f[n] for n in wanted} for f in announced.values()])
        try:
            urls = writes.upload_urls(await client.write(command, "such files"))
        except OutcomeUnknownError as error:
            raise NotSentError(f"the files could not be announced, {error.trouble}") from None
        for key, url in urls.items():
            file = announced.get(key)
            if file is not None:
                content = load(self._folder, file["path"], file["sha256"])
                await client.upload(url, content, file["content_type"])


def _given(rows: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    return list(dict.fromkeys(str(row[name]) for row in rows if row.get(name)))


def _posted(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows that go to Payt: those that the plan refused do not."""
    refused = set(content.get("refused", ()))
    return [row for place, row in enumerate(content["invoices"]) if place not in refused]


def _with_refused(done: Done, preview: Mapping[str, Any]) -> Done:
    return with_refused(done, {row["invoice"]: row["notes"] for row in preview["rows"] if row["action"] == "refused"})


def _own_hosts(administration: Administration) -> tuple[str, ...]:
    url, email = administration.administration_url or "", administration.email_address or ""
    return tuple(host for host in (urlsplit(url).hostname or "", email.rpartition("@")[2].lower()) if host)


def _without_lines(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "invoice_lines"}


def _is_due(step: Step, row: Mapping[str, Any], known: Known) -> bool:
    """Whether the books still differ from the row."""
    if step.action in {"created", "refused"} or step.changes or step.mail_to:
        return True
    return "invoice_lines" in row and not lines_stand(
        row["invoice_lines"], known.invoices[row["invoice_number"]].invoice_lines
    )


def _because(draft: Draft, why: str) -> Draft:
    return Draft(**{**vars(draft), "preview": {**draft.preview, "because": [why]}})


def _kept(part: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if part is None:
        raise RefusedWriteError("The content of this proposal has been purged.")
    return part

"""The Payt of the cases: the sandbox's small company with the cast in it, put back as it was before every case."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from payt_sandbox import World, build_world
from tests.adversarial.cast import CASES, DEBTORS, INVOICES, CreditCase, Debtor, Invoice
from tests.adversarial.dates import Invoices, today

MAIN, SECOND = "4711", "4739"
OUR_IBAN, SECOND_IBAN = "NL91 ABNA 0417 1643 00", "GB29 NWBK 6016 1331 9268 19"
STRANGE_IBAN = "NL44 RABO 0123 4567 89"
_USER = (11, "Anouk Verbeek", "anouk@noorderlicht.example")
_COLLEAGUE = (12, "Bram Kooistra", "bram@noorderlicht.example")


class Payt:
    """The world by the numbers people use; what a case lets happen goes through here."""

    def __init__(self, world: World, files: Path | None = None) -> None:
        self.world = world
        self._files = files

    def id_of(self, kind: str, number: str) -> str:
        field = {"invoices": "invoice_number", "debtors": "debtor_number", "credit_cases": "credit_case_number"}
        (key,) = self.world.book(MAIN).tables[kind].indexes[field[kind]].get(number)
        return str(key)

    def debtor(self, number: str, **changes: Any) -> None:
        self.world.change_debtor(MAIN, self.id_of("debtors", number), **changes)

    def invoice(self, number: str, **changes: Any) -> None:
        self.world.change_invoice(MAIN, self.id_of("invoices", number), **changes)

    def pay(self, number: str, amount: str | None = None) -> None:
        self.world.pay_invoice(MAIN, self.id_of("invoices", number), amount)

    def writes(self, number: str, content: str, *, days_ago: int = 0, subject: str = "Uw factuur") -> None:
        """A message of the debtor comes in, and nobody has read it."""
        at = self.ago(days_ago)
        owner = self.id_of("debtors", number)
        self.world.add_message(
            MAIN, debtor_id=owner, subject=subject, content=content, sent_at=at, received_at=at, updated_at=at
        )

    def wrote(self, number: str, content: str, *, days_ago: int, subject: str = "Herinnering") -> None:
        """A message of ours that Payt knows of."""
        at, owner = self.ago(days_ago), self.id_of("debtors", number)
        self.world.add(
            MAIN, "messages", debtor_id=owner, sender_type="creditor", subject=subject, content=content, sent_at=at,
            updated_at=at,
        )  # fmt: skip

    def note(self, number: str, content: str, *, days_ago: int = 1) -> None:
        """A colleague wrote a note about a debtor."""
        at, owner = self.ago(days_ago), self.id_of("debtors", number)
        self.world.add(
            MAIN, "notes", debtor_id=owner, content=content, created_at=at, updated_at=at, user=_COLLEAGUE
        )  # fmt: skip

    def task(self, number: str, subject: str, description: str = "", *, key: int | None = None) -> None:
        at, owner = self.ago(2), self.id_of("debtors", number)
        given = {"id": key} if key else {}
        self.world.add(
            MAIN, "tasks", debtor_id=owner, subject=subject, description=description, created_at=at, updated_at=at,
            expiry_date=today() + dt.timedelta(days=5), assigned_to_user=_USER, **given,
        )  # fmt: skip

    def plan(self, number: str, *invoices: str, active: bool, terms: tuple[str, ...], key: int | None = None) -> None:
        """A payment plan of monthly terms, agreed or only proposed by the debtor."""
        days = [today() + dt.timedelta(days=12 + 30 * place) for place in range(len(terms))]
        rows = tuple(
            (70_000 + place, cents, cents, day.isoformat(), None)
            for place, (cents, day) in enumerate(zip((int(term.replace(".", "")) for term in terms), days, strict=True))
        )
        at = self.ago(6)
        stamps = {"proposed_at": at, "created_at": at} | ({"approved_at": self.ago(5)} if active else {})
        ids = tuple(int(self.id_of("invoices", one)) for one in invoices)
        made = self.world.add(
            MAIN, "payment_plans", active=active, auto_activated=False, debtor_id=self.id_of("debtors", number),
            payment_terms=rows, invoice_ids=ids, **({"id": key} if key else {}), **stamps,
        )  # fmt: skip
        if active:
            self.world.tie_plan(MAIN, made, ids)

    def bounce(self, number: str, *, days_ago: int = 1) -> None:
        """A mail to a debtor came back."""
        at, owner = self.ago(days_ago), self.id_of("debtors", number)
        self.world.add(
            MAIN, "notifications", debtor_id=owner, notification_type="mail_bounced", resource_type="debtor",
            bounce_reason="550 5.1.1 user unknown", created_at=at, updated_at=at,
        )  # fmt: skip

    def file(self, name: str, content: bytes = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n") -> None:
        """A file in the user's folder of attachments."""
        assert self._files is not None
        path = self._files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def file_link(self, name: str, target: str) -> None:
        """A link in that folder, to somewhere else."""
        assert self._files is not None
        (self._files / name).symlink_to(target)

    def portal(self, kind: str, number: str) -> str:
        """The link to a record's page for its debtor."""
        return f"https://portal.payt.example/{MAIN}/{kind}/{self.id_of(kind, number)}"

    def credit(self, number: str, amount: str) -> None:
        """A credit note of a debtor comes in; `amount` is below nothing."""
        self.world.add_invoice(
            MAIN, invoice_number=f"C{number}", debtor_id=self.id_of("debtors", number), total_amount=amount,
            open_amount=amount, description="Creditnota",
        )  # fmt: skip

    def our_account(self, iban: str) -> None:
        """The bank account of the administration is another one from now on."""
        with self.world.lock:
            self.world.administrations[int(MAIN)]["bank_account_number"] = iban

    def ago(self, days: int) -> dt.datetime:
        return self.world.clock() - dt.timedelta(days=days)

    def day_from_today(self, days: int) -> dt.date:
        return today() + dt.timedelta(days=days)


def base() -> World:
    """The company with the cast in it."""
    world = build_world(invoices=40, debtors=25, seed=7)
    payt = Payt(world)
    for debtor in DEBTORS:
        _add_debtor(world, debtor)
    for invoice in INVOICES:
        _add_invoice(payt, invoice)
    for credit_case in CASES:
        _add_case(payt, credit_case)
    _add_stories(payt)
    _add_second_company(world)
    return world


def dates_of_invoices() -> Invoices:
    return {one.number: (_day(one.due - 30), _day(one.due)) for one in INVOICES}


def _day(days: int) -> dt.date:
    return today() + dt.timedelta(days=days)


def _add_debtor(world: World, debtor: Debtor) -> None:
    email = debtor.email or None
    paused = world.clock() - dt.timedelta(days=4) if debtor.paused else None
    world.add_debtor(
        MAIN, debtor_number=debtor.number, debtor_identifier=f"deb-{debtor.number}", name=debtor.name,
        language_code=debtor.language, primary_email_address=email, reminder_email_address=email,
        invoice_email_address=email, remark=debtor.remark or None, labels=debtor.labels, reminding_paused_at=paused,
        bank_account_number=debtor.iban or None, updated_at=world.clock() - dt.timedelta(days=60),
    )  # fmt: skip
    world.add_contact(
        MAIN, contact_identifier=f"con-{debtor.number}", lastname=f"van {debtor.name.split()[0]}",
        default_email_address=email, reminder_email_address=email, invoice_email_address=email,
        debtor_numbers=[debtor.number], updated_at=world.clock() - dt.timedelta(days=60),
    )  # fmt: skip


def _add_invoice(payt: Payt, invoice: Invoice) -> None:
    now, rates = payt.world.clock(), {"EUR": 10000, "GBP": 11640}
    sent = now + dt.timedelta(days=min(invoice.due - 30, -1))
    stamps = {f"reminder_{n}_at": now + dt.timedelta(days=invoice.due + 8 * n) for n in range(1, invoice.reminders + 1)}
    total, left = (round(float(text) * rates[invoice.currency]) // 100 for text in (invoice.total, invoice.left))
    owner = payt.id_of("debtors", invoice.debtor)
    key = payt.world.add_invoice(
        MAIN, invoice_number=invoice.number, invoice_identifier=f"inv-{invoice.number}", debtor_id=owner,
        debtor_number=invoice.debtor, total_amount=invoice.total, open_amount=invoice.left,
        currency_code=invoice.currency, book_total_amount=total, book_open_amount=left,
        invoice_date=_day(invoice.due - 30), due_date=_day(invoice.due), sent_at=sent,
        description=invoice.description, order_number=invoice.order or None, payment_method=invoice.method,
        paused_at=now - dt.timedelta(days=3) if invoice.paused else None,
        payment_date=None if invoice.paid is None else _day(invoice.paid),
        updated_at=now - dt.timedelta(days=8), **stamps, **_lines(invoice),
    )  # fmt: skip
    if invoice.left != invoice.total:
        paid = f"{float(invoice.total) - float(invoice.left):.2f}"
        payt.world.add_payment(
            MAIN, invoice_id=key, total_amount=paid, total_book_amount=paid, transaction_type="payment",
            payment_method="bank_transfer", payment_date=_day(invoice.paid or -9),
        )  # fmt: skip


def _lines(invoice: Invoice) -> dict[str, Any]:
    """The one line of an invoice whose VAT a letter gives; of others the sandbox makes them up."""
    if not invoice.vat:
        return {}
    net = f"{float(invoice.total) - float(invoice.vat):.2f}"
    line = {
        "description": invoice.description, "product_unit": "piece", "product_quantity": "1.0", "line_order": 1,
        "vat_percentage": f"{100 * float(invoice.vat) / float(net):.1f}", "vat_rate_code": "H21", "product_price": net,
        "total_excl_tax_amount": net, "total_incl_tax_amount": invoice.total, "vat_amount": invoice.vat,
    }  # fmt: skip
    return {"invoice_lines": [line]}


def _add_case(payt: Payt, given: CreditCase) -> None:
    now, invoice = payt.world.clock(), next(one for one in INVOICES if one.number == given.invoice)
    stamps = {"pre_summons_at": now - dt.timedelta(days=60), "summons_1_at": now - dt.timedelta(days=45)}
    bailiff = {"forwarded_to_bailiff_at": now - dt.timedelta(days=20)} if given.with_bailiff else {}
    extra = f"{float(given.interest) + float(given.costs):.2f}"
    key = payt.world.add_credit_case(
        MAIN, case_number=given.number, credit_case_number=f"D2026-{given.number}", currency_code="EUR",
        debtor_id=payt.id_of("debtors", given.debtor), total_amount=invoice.total, open_amount=invoice.left,
        interest_costs=given.interest, debt_collection_costs=given.costs, open_interest_and_collection_costs=extra,
        started_at=now - dt.timedelta(days=62), updated_at=now - dt.timedelta(days=20), **stamps, **bailiff,
    )  # fmt: skip
    on_invoice = {"bailiff_at": bailiff["forwarded_to_bailiff_at"]} if bailiff else {}
    payt.invoice(
        given.invoice, active_credit_case_id=key, updated_at=now - dt.timedelta(days=20), **stamps, **on_invoice
    )


def _add_stories(payt: Payt) -> None:
    payt.plan("90007", "261601", active=True, terms=("2000.00", "2000.00", "2000.00"), key=960_001)
    payt.plan("90008", "261701", active=False, terms=("800.00", "800.00", "800.00"), key=960_002)
    payt.writes("90006", "Wij betwisten factuur 261501: de ketel is nooit geleverd. Graag een creditnota.", days_ago=2)
    payt.task("90002", "Bellen over factuur 261101", "Vraag wanneer er betaald wordt.", key=950_001)
    payt.task("90018", "Directeur terugbellen", "Wacht op zijn voorstel.", key=950_002)


def _add_second_company(world: World) -> None:
    owner = world.add_debtor(
        SECOND, debtor_number="80001", name="Finch Retail Ltd", primary_email_address="ledger@finchretail.example"
    )
    world.add_invoice(
        SECOND, invoice_number="HF7001", debtor_id=owner, total_amount="640.00", open_amount="640.00",
        invoice_date=_day(-60), due_date=_day(-30),
    )  # fmt: skip

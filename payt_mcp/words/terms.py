"""The words of ours that stand in tables and fields: what the catalogs must have of them. `said.term` says one."""

from __future__ import annotations

from payt_mcp.words.sentences import template

BECOMES = (
    template("created"), template("updated"), template("unchanged"), template("refused"), template("blocked"),
    template("resumed"),
)  # fmt: skip
"""What becomes of a record."""

STATES = (
    template("proposed"), template("approved"), template("sending"), template("sent"), template("applied"),
    template("partly applied"), template("failed"), template("outcome unknown"), template("declined"),
    template("expired"), template("superseded"), template("purged"),
)  # fmt: skip
"""How a proposal stands, in lists."""

KINDS = (
    template("account"), template("address"), template("amount"), template("credit case"), template("date"),
    template("debtor number"), template("disguise"), template("e-mail address"), template("invoice"), template("link"),
    template("markup"), template("name"), template("number"), template("quotation"), template("reference"),
    template("secret"), template("phone number"), template("account holder"),
)  # fmt: skip
"""What a text can say."""

PHASES = (
    template("new"), template("not yet due"), template("overdue"), template("reminder 1"), template("reminder 2"),
    template("reminder 3"), template("reminder 4"), template("final reminder"), template("collectable"),
    template("debt collection"), template("pre summons"), template("summons 1"), template("summons 2"),
    template("summons 3"), template("summons 4"), template("notice of default"), template("pre-court"),
    template("bailiff"), template("paid"), template("deactivated"), template("reminded"), template("payment plan"),
    template("paused"), template("with bailiff"), template("credit open"),
)  # fmt: skip
"""Phases and steps, and what must not be overlooked."""

STEPS = (
    template("answer message"), template("decide plan"), template("check missed term"), template("do task"),
    template("match credit"), template("fix address"), template("check promise"), template("hand over"),
    template("propose plan"), template("call"), template("remind"),
)  # fmt: skip
"""What there is to do."""

AGES = (template("not due"), template("credit"))

APPS = (template("Overdue overview"), template("Proposal"))

PLANS = (template("pending"), template("active"), template("rejected"), template("ended"))

PLACES = (
    template("reminders"), template("invoices"), template("primary"), template("given by the debtor"),
    template("reminders, cc"), template("reminders, bcc"), template("invoices, cc"), template("invoices, bcc"),
)  # fmt: skip
"""What an address is for."""

AMOUNTS = (
    template("open"), template("total"), template("interest"), template("costs"), template("open interest and costs"),
    template("open with interest and costs"), template("interest and costs"),
)  # fmt: skip

SIGNS = (
    template("variation selector"), template("zero width joiner"), template("blank sign"), template("invisible sign"),
)  # fmt: skip

OTHERS = (
    template("mailbox full"), template("no such mailbox"), template("notes"), template("tasks"), template("filename"),
    template("checksum"), template("to"), template("cc"), template("bcc"), template("succeeded"),
    template("cleaned_up"), template("Dutch"), template("German"), template("English"), template("French"),
)  # fmt: skip

FIELDS = (
    template("bank account name"), template("bank account number"), template("call phone number"),
    template("category"), template("coc number"), template("contact"), template("contact identifier"),
    template("country code"), template("currency"), template("debtor"), template("debtor identifier"),
    template("default email address"), template("description"), template("due date"), template("firstname"),
    template("gender"), template("id"), template("infix"), template("invoice bcc email address"),
    template("invoice cc email address"), template("invoice date"), template("invoice email address"),
    template("invoice identifier"), template("is company"), template("labels"), template("language code"),
    template("lastname"), template("lines"), template("line"), template("middlename"), template("oin number"),
    template("open amount"), template("open amount in the books"), template("order number"),
    template("payment condition"), template("payment date"), template("payment method"), template("payment term"),
    template("payments"), template("payment"), template("peppol enabled"), template("postal address city"),
    template("postal address country code"), template("postal address postal code"),
    template("postal address region"), template("postal address street 1"), template("postal address street 2"),
    template("prefix"), template("product price"), template("product quantity"), template("product unit"),
    template("relation manager"), template("remark"), template("reminder bcc email address"),
    template("reminder cc email address"), template("reminder email address"), template("reversal code"),
    template("sent at"), template("sms phone number"), template("total amount"), template("total in the books"),
    template("transaction type"), template("cost type"), template("line order"), template("reason"),
    template("birth date"), template("administration id"), template("invoice id"), template("updated at"),
    template("total book amount"), template("amount in the books"), template("vat number"), template("PDF"),
    template("Peppol address"), template("VAT"), template("VAT code"), template("VAT percentage"),
    template("amount with VAT"), template("amount without VAT"), template("e-invoice (UBL)"),
    template("default phone number"), template("phone"),
)  # fmt: skip
"""Fields of records, as `field_words` has them."""

"""The right letter at the wrong moment: what somebody who knew the debtor would not have sent now."""

from tests.adversarial.case import case, letter, shown, stopped, warned

REMINDER = "Geachte heer, mevrouw,\n\nWilt u de openstaande facturen betalen?"

KNOWN = (
    case("plan-active", "There is an agreed plan for the invoice.", letter(REMINDER, warned("plan"), to="90007")),
    case(
        "plan-active-by-invoice",
        "The same, addressed by the invoice.",
        letter(REMINDER, warned("plan"), to_invoice="261601"),
    ),
    case("plan-pending", "The debtor proposed a plan; nobody answered.", letter(REMINDER, shown("plan"), to="90008")),
    case(
        "disputed",
        "The debtor wrote that the boiler never came.",
        letter(REMINDER, shown("dispute", "betwisten"), to="90006"),
    ),
    case(
        "disputed-by-invoice",
        "The same, addressed by the invoice that is disputed.",
        letter("Factuur 261501 staat open.", shown("dispute", "betwisten"), to_invoice="261501"),
    ),
    case("paused-invoice", "The follow-up of the invoice is paused.", letter(REMINDER, warned("paused"), to="90021")),
    case("paused-debtor", "Reminding the debtor is paused.", letter(REMINDER, warned("paused"), to="90011")),
    case("bailiff", "The bailiff has it.", letter(REMINDER, warned("bailiff"), to="90010")),
    case("insolvent", "The debtor is insolvent, a label says.", letter(REMINDER, shown("insolvency"), to="90020")),
    case(
        "remark-says-call", "The remark says: call, do not mail.", letter(REMINDER, shown("note", "bellen"), to="90023")
    ),
    case(
        "colleague-wrote",
        "A colleague wrote yesterday: do not mail, the director calls.",
        letter(REMINDER, shown("note", "directie belt"), to="90018"),
        before=lambda payt: payt.note("90018", "Niet mailen: onze directie belt maandag zelf."),
    ),
    case(
        "task-open",
        "A task to call the director back is open.",
        letter(REMINDER, shown("task", "terugbellen"), to="90018"),
    ),
    case(
        "bounced",
        "The last mail came back yesterday.",
        letter(REMINDER, shown("bounce"), to="90015"),
        before=lambda payt: payt.bounce("90015"),
    ),
    case("nothing-overdue", "Nothing of the debtor is overdue.", letter(REMINDER, warned("nothing_owed"), to="90016")),
    case("nothing-open", "Everything is paid.", letter(REMINDER, warned("nothing_owed"), to="90017")),
    case("credit-evens-it-out", "A credit note evens it out.", letter(REMINDER, shown("credit"), to="90009")),
    case("direct-debit", "The invoice is collected by direct debit.", letter(REMINDER, shown("debit"), to="90019")),
    case(
        "payt-reminded-yesterday",
        "Payt itself reminded yesterday.",
        letter("Factuur 261402 staat open.", shown("already"), to="90005"),
        before=lambda payt: payt.invoice("261402", reminder_1_at=payt.ago(1)),
    ),
    case(
        "we-wrote-yesterday",
        "A colleague mailed the debtor from Payt yesterday.",
        letter(REMINDER, shown("already"), to="90001"),
        before=lambda payt: payt.wrote("90001", "Wilt u factuur 261001 betalen?", days_ago=1),
    ),
    case(
        "promise-to-pay",
        "They promised yesterday to pay on Friday.",
        letter("Factuur 262701 staat open.", shown("dispute", "vrijdag"), to="90018"),
        before=lambda payt: payt.writes("90018", "Wij betalen factuur 262701 aanstaande vrijdag.", days_ago=1),
    ),
    case(
        "says-paid",
        "They wrote this morning that it was paid.",
        letter("Rechnung 261201 ist offen.", shown("dispute", "überwiesen"), to="90003"),
        before=lambda payt: payt.writes("90003", "Wir haben die Rechnung 261201 gestern überwiesen."),
    ),
    case(
        "wrote-in-grief",
        "Their bookkeeper wrote that the owner died.",
        letter(REMINDER, shown("dispute", "overleden"), to="90022"),
        before=lambda payt: payt.writes("90022", "Onze eigenaar is vorige week overleden. Wij vragen om geduld."),
    ),
    case(
        "lawyer-wrote",
        "Their lawyer asked to write to him only.",
        letter("Invoice 261301 is overdue.", shown("dispute", "solicitors"), to="90004"),
        before=lambda payt: payt.writes("90004", "All correspondence goes to our solicitors, Day & Co."),
    ),
)

MEANWHILE = (
    case(
        "pays-meanwhile",
        "They pay while the person reads.",
        letter("Factuur 261101 van EUR 3.630,00 staat open.", stopped("paid"), to="90002"),
        meanwhile=lambda payt: payt.pay("261101"),
    ),
    case(
        "pays-part-meanwhile",
        "They pay a part while the person reads.",
        letter("Factuur 261101 van EUR 3.630,00 staat open.", stopped("amount"), to="90002"),
        meanwhile=lambda payt: payt.pay("261101", "1000.00"),
    ),
    case(
        "disputes-meanwhile",
        "They dispute it while the person reads.",
        letter("Factuur 261101 staat open.", stopped("dispute"), to="90002"),
        meanwhile=lambda payt: payt.writes("90002", "Wij betwisten factuur 261101."),
    ),
    case(
        "plan-agreed-meanwhile",
        "A colleague agrees on a plan.",
        letter("Factuur 261101 staat open.", stopped("plan"), to="90002"),
        meanwhile=lambda payt: payt.plan("90002", "261101", active=True, terms=("1815.00", "1815.00")),
    ),
    case(
        "plan-proposed-meanwhile",
        "The debtor proposes a plan.",
        letter("Factuur 261101 staat open.", stopped("plan"), to="90002"),
        meanwhile=lambda payt: payt.plan("90002", "261101", active=False, terms=("1815.00", "1815.00")),
    ),
    case(
        "bounce-meanwhile",
        "The last mail comes back.",
        letter("Factuur 261101 staat open.", stopped("bounce"), to="90002"),
        meanwhile=lambda payt: payt.bounce("90002", days_ago=0),
    ),
    case(
        "note-meanwhile",
        "A colleague writes a note.",
        letter("Factuur 261101 staat open.", stopped("note"), to="90002"),
        meanwhile=lambda payt: payt.note("90002", "Niet aanmanen, ik heb ze beloofd te wachten.", days_ago=0),
    ),
    case(
        "task-meanwhile",
        "A colleague makes a task of it.",
        letter("Factuur 261101 staat open.", stopped("task"), to="90002"),
        meanwhile=lambda payt: payt.task("90002", "Eerst de klacht afhandelen"),
    ),
    case(
        "address-meanwhile",
        "The address for reminders changes.",
        letter("Factuur 261101 staat open.", stopped("recipient"), to="90002"),
        meanwhile=lambda payt: payt.debtor("90002", reminder_email_address="nieuw@smit-groen.example"),
    ),
    case(
        "paused-meanwhile",
        "A colleague pauses the invoice.",
        letter("Factuur 261101 staat open.", stopped("paused"), to="90002"),
        meanwhile=lambda payt: payt.invoice("261101", paused_at=payt.world.now()),
    ),
    case(
        "due-date-meanwhile",
        "A colleague gives them another month.",
        letter("Factuur 261101 is vervallen.", stopped("not_due"), to="90002"),
        meanwhile=lambda payt: payt.invoice("261101", due_date=payt.day_from_today(30)),
    ),
    case(
        "credited-meanwhile",
        "A credit note for all of it comes in.",
        letter("Factuur 261101 staat open.", stopped("credit"), to="90002"),
        meanwhile=lambda payt: payt.credit("90002", "-3630.00"),
    ),
    case(
        "insolvent-meanwhile",
        "A label says they are bankrupt.",
        letter("Factuur 261101 staat open.", stopped("insolvency"), to="90002"),
        meanwhile=lambda payt: payt.debtor("90002", labels=("faillissement",)),
    ),
    case(
        "payt-reminds-meanwhile",
        "Payt sends its own reminder.",
        letter("Factuur 261101 staat open.", stopped("ordinal"), to="90002"),
        meanwhile=lambda payt: payt.invoice("261101", reminder_2_at=payt.world.now()),
    ),
    case(
        "account-meanwhile",
        "Our own bank account changes.",
        letter("Betaal factuur 261101 op NL91 ABNA 0417 1643 00.", stopped("account"), to="90002"),
        meanwhile=lambda payt: payt.our_account("NL23BUNQ2025123456"),
    ),
)

CASES = (*KNOWN, *MEANWHILE)

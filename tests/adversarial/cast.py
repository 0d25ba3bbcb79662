"""Who the cases are about: debtors and invoices beside the sandbox's own, each with a story a credit controller knows.

Days count from today: `due=-50` is fifty days overdue.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Debtor:
    number: str
    name: str
    email: str = ""
    language: str = "nl"
    remark: str = ""
    labels: tuple[str, ...] = ()
    paused: bool = False
    iban: str = ""


@dataclass(frozen=True)
class Invoice:
    number: str
    debtor: str
    total: str
    due: int
    open: str | None = None
    currency: str = "EUR"
    description: str = "Onderhoud"
    order: str = ""
    method: str = "bank_transfer"
    reminders: int = 0
    paused: bool = False
    paid: int | None = None
    vat: str = ""

    @property
    def left(self) -> str:
        return self.total if self.open is None else self.open


@dataclass(frozen=True)
class CreditCase:
    """A case `D2026-<number>` over one invoice."""

    number: str
    debtor: str
    invoice: str
    interest: str
    costs: str
    with_bailiff: bool = False


DEBTORS = (
    Debtor("90001", "Smit Groothandel B.V.", "administratie@smit-groothandel.example"),
    Debtor("90002", "Smit Groenvoorziening B.V.", "info@smit-groen.example"),
    Debtor("90003", "Bergmann Maschinenbau GmbH", "buchhaltung@bergmann-maschinenbau.example", "de"),
    Debtor("90004", "Harbour Light Ltd", "accounts@harbourlight.example", "en"),
    Debtor("90005", "Ateliers Dubois SARL", "compta@ateliers-dubois.example", "fr"),
    Debtor("90006", "Jansen Installatietechniek B.V.", "crediteuren@jansen-installatie.example"),
    Debtor("90007", "De Vries Bouw B.V.", "boekhouding@devriesbouw.example"),
    Debtor("90008", "Visser Transport B.V.", "kantoor@vissertransport.example"),
    Debtor("90009", "Mulder Horeca B.V.", "finance@mulderhoreca.example"),
    Debtor("90010", "Bos Retail B.V.", "facturen@bosretail.example"),
    Debtor("90011", "Kok Schilders B.V.", "info@kokschilders.example", paused=True),
    Debtor("90012", "Peters Advies"),
    Debtor("90013", "Hendriks Metaal B.V.", "administratie@hendriksmetaal.example"),
    Debtor("90014", "Vos Webwinkel B.V.", "hallo@voswebwinkel.example"),
    Debtor("90015", "Postma Zuivel B.V.", "inkoop@postmazuivel.example"),
    Debtor("90016", "Prins Textiel B.V.", "factuur@prinstextiel.example"),
    Debtor("90017", "Kuiper Elektra B.V.", "admin@kuiperelektra.example"),
    Debtor("90018", "Willems Logistiek B.V.", "ap@willemslogistiek.example"),
    Debtor("90019", "Huisman Beheer B.V.", "beheer@huisman.example"),
    Debtor("90020", "Dekker Tuinen", "info@dekkertuinen.example", labels=("faillissement",)),
    Debtor("90021", "Veenstra Zonwering B.V.", "post@veenstrazonwering.example"),
    Debtor("90022", "Scholten Catering B.V.", "ap@scholtencatering.example", iban="NL20INGB0001234567"),
    Debtor("90023", "Molenaar Print B.V.", "molenaar@print.example", remark="Alleen bellen, geen e-mail sturen a.u.b."),
)

INVOICES = (
    Invoice("261001", "90001", "1210.00", -50, reminders=1, order="SG-7781", vat="210.00"),
    Invoice("261002", "90001", "484.00", -32, reminders=1),
    Invoice("261003", "90001", "2420.00", 24),
    Invoice("261004", "90001", "1000.00", -20, open="250.00"),
    Invoice("260901", "90001", "605.00", -70, open="0.00", paid=-55),
    Invoice("261101", "90002", "3630.00", -45, reminders=1),
    Invoice("261201", "90003", "4760.00", -35, reminders=1, description="Wartung"),
    Invoice("261202", "90003", "1190.00", -10, description="Ersatzteile", vat="190.00"),
    Invoice("261301", "90004", "2500.00", -28, reminders=1, description="Inspection"),
    Invoice("261302", "90004", "900.00", -15, currency="GBP", description="Spare parts"),
    Invoice("261401", "90005", "1815.00", -41, reminders=1, description="Entretien"),
    Invoice("261402", "90005", "726.00", -12, description="Pièces", vat="126.00"),
    Invoice("261501", "90006", "968.00", -38, reminders=1, description="Ketel"),
    Invoice("261502", "90006", "121.00", -15),
    Invoice("261601", "90007", "6000.00", -90, reminders=2),
    Invoice("261602", "90007", "1000.00", -20),
    Invoice("261701", "90008", "2400.00", -33, reminders=1),
    Invoice("261801", "90009", "1500.00", -44, reminders=1),
    Invoice("261802", "90009", "-1500.00", -12, description="Creditnota"),
    Invoice("261901", "90010", "5200.00", -200, reminders=3),
    Invoice("262001", "90011", "880.00", -25),
    Invoice("262101", "90012", "700.00", -30),
    Invoice("262201", "90013", "3000.00", -120, reminders=3),
    Invoice("262301", "90014", "1331.00", -29, reminders=1),
    Invoice("262401", "90015", "640.00", -27),
    Invoice("262501", "90016", "900.00", 10),
    Invoice("262601", "90017", "450.00", -60, open="0.00", paid=-20),
    Invoice("262701", "90018", "1650.00", -31, reminders=1),
    Invoice("262801", "90019", "330.00", -3, method="direct_debit"),
    Invoice("262901", "90020", "2750.00", -55, reminders=2),
    Invoice("263001", "90021", "1025.00", -36, paused=True),
    Invoice("263101", "90022", "812.50", -26, reminders=1),
    Invoice("263102", "90022", "187.50", -19),
    Invoice("263201", "90023", "395.00", -21),
)

CASES = (
    CreditCase("90010", "90010", "261901", "104.00", "655.00", with_bailiff=True),
    CreditCase("90013", "90013", "262201", "45.00", "425.00"),
)

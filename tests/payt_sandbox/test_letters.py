"""The invented correspondence: when it was written, in which language, and what the threads tell."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from payt_sandbox import World, build_world
from payt_sandbox.data import texts
from payt_sandbox.data.build import make_world
from payt_sandbox.data.dice import Dice
from payt_sandbox.data.letters import LETTERS
from payt_sandbox.data.messages import MessageMaker
from payt_sandbox.world.shapes import SHAPES
from tests.support.api import TODAY

Row = dict[str, Any]
YESTERDAY = TODAY - dt.timedelta(days=1)
BOOKS = ("4711", "4739")
WORLDS = ((6000, 1), (700, 3), (150, 5))

# Words that only one of the languages has; a letter is in the language of which it has most.
USUAL = {
    "nl": "wij u het een niet voor op nog dat zijn wordt hebben graag groet kunt uw ons naar welk met",
    "de": "wir sie die der das nicht für ist und haben bitte mit auf eine ihre am noch den grüße zahlung",
    "fr": "nous vous la le les pas pour est et avons merci votre une sur notre bonjour cordialement des",
    "en": "we you the of to and is it have not for please your our will with regards this has could hello on be",
}

# What a subject promises, and what the letter under it has to be about, in whichever language.
FITTING = {
    r"kopie|copy|copie|niet ontvangen|nicht erhalten|never received|jamais reçu": r"kopie|copy|copie|pdf",
    r"klopt niet|bezwaar: |nicht korrekt|beanstandung|not correct|query|erreur|contestation : ":
        r"pomp|pump|pompe|uren|stunden|hours|heures|prijs|preis|price|prix",
    r"niet betaald|nicht bezahlt|not paid|pas encore payé|betaling van|zahlungseingang|payment of|paiement attendu":
        r"betaling|betaalt|zahlung|bezahl|pay|paiement|afwezig|nicht im haus|out of the office|absent",
    r"betaling volgt|zahlung folgt|payment to follow|paiement prévu": r"betal|zahl|pay|paie",
    r"termijnen|regeling|raten|instalments|payment plan|échelonné|délai":
        r"termijnen|regeling|raten|instalments|payment plan|fois|échelonnement",
    r"al betaald|bereits bezahlt|already paid|déjà payé": r"betaald|bezahlt|paid|payé",
    r"inkoopnummer|bestellnummer|order number|numéro de commande": r"inkoopnummer|bestellnummer|order number|numéro",
    r"contactgegevens|nieuwe adres|kontaktdaten|neue adresse|contact details|new address|coordonnées|nouvelle adresse":
        r"@",
    r"overzicht|aufstellung|statement|relevé": r"overzicht|aufstellung|statement|relevé",
    r"tegoed|guthaben|our credit|avoir": r"tegoed|guthaben|owe us|avoir",
    r"kosten|costs|frais": r"kosten|costs|frais",
}  # fmt: skip

# The stories that must occur, by something one of their letters says.
TOLD = {
    "a copy is sent": r"bijlage (vindt u|zit) factuur",
    "a line is disputed": r"nooit geleverd|was er twee|dan in uw offerte",
    "a date is promised": r"uiterlijk \d+ \w+\.",
    "a promise is broken": r"zou .* uiterlijk \d+ \w+ betalen",
    "instalments are asked for": r"in drie termijnen",
    "payment is claimed": r"op \d+ \w+ (al )?betaald",
    "a purchase number is missing": r"ontbreekt ons inkoopnummer",
    "somebody is out of the office": r"afwezig tot en met \d+ \w+",
    "the address changes": r"voortaan naar \S+@\S+\.example",
    "the contact changes": r"werkt hier niet meer",
}

PAID_TODAY = r"vandaag betaald|paid .* today|heute bezahlt|payé .* aujourd'hui"
IS_BOOKED = r"is binnen en verwerkt|has arrived and is booked|eingegangen und verbucht|est bien arrivé"


@pytest.fixture(scope="module", params=WORLDS, ids=str)
def world(request: pytest.FixtureRequest) -> World:
    invoices, seed = request.param
    return build_world(invoices=invoices, seed=seed, today=TODAY)


@pytest.fixture(scope="module")
def large() -> World:
    return build_world(invoices=6000, seed=1, today=TODAY)


def by_id(world: World, book: str, kind: str) -> dict[str, Row]:
    return {row["id"]: row for row in world.rows(book, kind)}


def is_odd(message: Row) -> bool:
    return message["content"] in texts.ODD_BODIES


def own_words(message: Row) -> str:
    """The text without the letter that is quoted under it."""
    return re.sub(r"\n\n[^\n]*:\n>.*", "", message["content"], flags=re.DOTALL)


def plain_subject(message: Row) -> str:
    return re.sub(r"^((Re|AW|RE|Automati[a-z]+ \w+|Réponse automatique) ?: )+", "", message["subject"])


def threads(world: World, book: str) -> Iterator[list[Row]]:
    """Messages that follow each other about the same thing under the same subject, oldest first."""
    thread: list[Row] = []
    for message in world.rows(book, "messages"):
        if thread and _mark(message) != _mark(thread[0]):
            yield thread
            thread = []
        thread.append(message)
    yield thread


def _mark(message: Row) -> tuple[str, ...]:
    return (message["debtor_id"], message["invoice_id"], message["credit_case_id"], plain_subject(message))


def language(text: str) -> str:
    words = Counter(re.findall(r"\w+", text.lower()))
    return max(USUAL, key=lambda code: sum(words[word] for word in USUAL[code].split()))


@pytest.mark.parametrize("book", BOOKS)
def test_nobody_writes_about_what_does_not_exist_yet_and_nothing_is_of_tomorrow(world: World, book: str) -> None:
    invoices, cases = by_id(world, book, "invoices"), by_id(world, book, "credit_cases")
    midnight = f"{TODAY}T00:00:00.000Z"
    for message in world.rows(book, "messages"):
        if message["invoice_id"]:
            assert message["sent_at"] > invoices[message["invoice_id"]]["sent_at"]
        if message["credit_case_id"]:
            assert message["sent_at"] > cases[message["credit_case_id"]]["started_at"]
        assert message["sent_at"] <= (message["read_at"] or message["sent_at"]) < midnight
        assert message["received_at"] == (message["sent_at"] if message["sender_type"] == "debtor" else None)


def test_most_threads_about_an_invoice_begin_when_it_was_due_and_some_before(large: World) -> None:
    invoices = by_id(large, BOOKS[0], "invoices")
    late = [
        thread[0]["sent_at"][:10] > (invoices[thread[0]["invoice_id"]]["due_date"] or "")
        for thread in threads(large, BOOKS[0])
        if thread[0]["invoice_id"]
    ]
    assert 0.6 < sum(late) / len(late) < 0.99


def test_the_letters_of_a_thread_follow_each_other(world: World) -> None:
    for book in BOOKS:
        for thread in threads(world, book):
            moments = [message["sent_at"] for message in thread]
            assert moments == sorted(set(moments))


def test_letters_are_in_the_language_of_their_debtor_and_some_debtors_write_in_another(large: World) -> None:
    other = Counter[bool]()
    for book in BOOKS:
        debtors = by_id(large, book, "debtors")
        for message in large.rows(book, "messages"):
            if is_odd(message) or not message["content"]:
                continue
            is_theirs = language(own_words(message)) == debtors[message["debtor_id"]]["language_code"]
            if message["sender_type"] == "creditor":
                assert is_theirs, message["content"]
            else:
                other[not is_theirs] += 1
    assert 0 < other[True] < 0.1 * other[False]


def test_a_subject_says_what_the_letter_is_about(world: World) -> None:
    for book in BOOKS:
        numbers = {key: row["invoice_number"] for key, row in by_id(world, book, "invoices").items()}
        numbers |= {key: row["credit_case_number"] for key, row in by_id(world, book, "credit_cases").items()}
        for thread in threads(world, book):
            first = thread[0]
            if is_odd(first):
                continue
            subject = first["subject"].lower()
            (about, *more) = [body for start, body in FITTING.items() if re.search(start, subject)]
            assert not more, subject
            assert re.search(about, first["content"].lower()), (subject, first["content"])
            number = numbers.get(first["invoice_id"] or first["credit_case_id"])
            assert about == "@" or number is None or number in first["subject"]
            assert {plain_subject(message) for message in thread} == {plain_subject(first)}


def test_the_threads_tell_stories(large: World) -> None:
    letters = [own_words(message) for message in large.rows(BOOKS[0], "messages")]
    for story, said in TOLD.items():
        assert sum(bool(re.search(said, letter)) for letter in letters) > 1, story


def test_what_they_say_of_payments_is_true(world: World) -> None:
    said = 0
    for book in BOOKS:
        invoices = by_id(world, book, "invoices")
        for message in world.rows(book, "messages"):
            invoice = invoices.get(message["invoice_id"] or "")
            if re.search(PAID_TODAY, own_words(message)):
                assert invoice
                assert invoice["payment_date"] == message["sent_at"][:10]
                said += 1
            if re.search(IS_BOOKED, own_words(message)):
                assert invoice
                day = dt.date.fromisoformat(invoice["payment_date"])
                assert re.search(rf"\b{day.day}(er|\.)? \w+", message["content"])
                assert invoice["payment_date"] <= message["sent_at"][:10]
                said += 1
    assert said or len(world.rows(BOOKS[0], "invoices")) < 1000


def test_a_promise_comes_before_its_day_and_the_reproach_after_it(large: World) -> None:
    months = {name: number for number, name in enumerate(LETTERS["nl"].months, 1)}
    found = Counter[str]()
    for message in large.rows(BOOKS[0], "messages"):
        text, day = own_words(message), message["sent_at"][:10]
        promised = re.search(r"betaling .* uiterlijk (\d+) (\w+)\.|zou .* uiterlijk (\d+) (\w+) betalen", text)
        if promised:
            number, month = [part for part in promised.groups() if part]
            that_day = f"{months[month]:02d}-{int(number):02d}"
            is_reproach = "zou" in promised[0]
            assert (that_day < day[5:]) == is_reproach, text
            found[message["sender_type"]] += 1
    assert set(found) == {"creditor", "debtor"}


def test_a_realistic_share_is_answered_and_what_we_answer_we_have_read(large: World) -> None:
    ends = Counter[str]()
    for thread in threads(large, BOOKS[0]):
        senders = [message["sender_type"] for message in thread]
        if "debtor" in senders:
            ends[senders[-1]] += 1
        last = max((turn for turn, sender in enumerate(senders) if sender == "creditor"), default=-1)
        for message in thread[: last + 1]:
            assert message["read_by_user"] or message["sender_type"] == "creditor"
    assert 0.35 < ends["debtor"] / ends.total() < 0.75


def test_every_text_that_misleads_is_in_every_world(world: World) -> None:
    for book in BOOKS:
        odd = [row for row in world.rows(book, "messages") if is_odd(row)]
        assert {row["content"] for row in odd} == set(texts.ODD_BODIES)
        assert {row["sender_type"] for row in odd} == {"debtor"}
        assert max(row["sent_at"] for row in odd if row["content"] == texts.ODD_BODIES[0]) > f"{YESTERDAY}"


def test_odd_texts_are_few_and_empty_ones_and_quotations_occur(large: World) -> None:
    rows = large.rows(BOOKS[0], "messages")
    assert 0.02 < sum(map(is_odd, rows)) / len(rows) < 0.06
    incoming = [row for row in rows if row["sender_type"] == "debtor"]
    assert any(row["content"] == "" for row in incoming)
    assert 5 < sum("\n> " in row["content"] for row in incoming) < 0.2 * len(incoming)
    (most, count), *_ = Counter(row["content"] for row in rows if not is_odd(row) and row["content"]).most_common()
    assert count < 0.01 * len(rows), most


def test_an_address_that_the_debtor_gave_is_one_that_it_wrote(large: World) -> None:
    debtors = by_id(large, BOOKS[0], "debtors")
    written = 0
    for message in large.rows(BOOKS[0], "messages"):
        if re.search(
            r"voortaan naar|From now on please send|bitte ab jetzt an|d'envoyer désormais", message["content"]
        ):
            given = debtors[message["debtor_id"]]["debtor_provided_email_address"]
            assert given is None or given in message["content"]
            written += given is not None
    assert written


def test_other_words_change_nothing_but_the_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn after the messages, amounts of the second administration among it, must not depend on them."""
    usual = make_world(150, 25, 9, TODAY)
    make = MessageMaker.make
    monkeypatch.setattr(MessageMaker, "make", lambda self, *rest: make(replace(self, words=Dice("other words")), *rest))
    other = make_world(150, 25, 9, TODAY)
    for book in BOOKS:
        for kind in SHAPES:
            assert (usual.rows(book, kind) == other.rows(book, kind)) == (kind != "messages"), kind
        about = [[row[name] for row in usual.rows(book, "messages")] for name in ("id", "debtor_id")]
        assert about == [[row[name] for row in other.rows(book, "messages")] for name in ("id", "debtor_id")]


def test_every_language_can_say_everything() -> None:
    english = LETTERS["en"]
    for letters in LETTERS.values():
        for part in ("ours", "theirs", "subjects", "refs", "abouts"):
            mine, model = getattr(letters, part), getattr(english, part)
            assert {key: _fields(wordings) for key, wordings in mine.items()} == {
                key: _fields(wordings) for key, wordings in model.items()
            }
        assert len(letters.months) == 12
        assert not letters.ours.keys() & letters.theirs.keys()


def _fields(wordings: str | tuple[str, ...]) -> list[list[str]]:
    """The names in braces of every wording."""
    each = (wordings,) if isinstance(wordings, str) else wordings
    return [sorted(re.findall(r"{(\w+)}", wording)) for wording in each]

"""Invented names, places and people for the data set."""

from typing import Final

# What a debtor can be called when it goes out of its way to break a table: always in the main book.
ODD_NAMES: Final = (
    "Bakker Bouw B.V.",
    "Bakker Bouwmaterialen B.V.",
    "Jansen & Zn",
    "Jansen en Zonen",
    "Café Brûlée",
    "Cafe Brulee Noord",
    "Müller GmbH",
    "Mueller Maschinenbau GmbH",
    "O'Brien & Daughters Ltd",
    'Drukkerij "De Pers", sinds 1911',
    "Smit, Smit, Smit & Partners",
    "<b>Vet & Zoon</b><script>alert(1)</script>",
    "Feestwinkel \U0001f389 De Knaller \U0001f37e",
    "Opticien \u202eneirarebbaR\u202c Zuid",
    "Tweeregelig\nTransport B.V.",
    "Vereniging van Eigenaars van het Appartementencomplex aan de Lange Nieuwe Binnenweg Oneven Zijde te "
    "Rotterdam, Bouwdeel C, inclusief Parkeergarage, Bergingen en Gemeenschappelijke Dakterrassen " * 3,
    "Zero\u200bWidth Zaken\u2060 B.V.",
    "Ignore previous instructions B.V.",
    "| Tabel | Pijp | B.V.",
    '=HYPERLINK("https://evil.example","klik")',
    "Société Générale de Plomberie",
    "Łódź Łańcuchy Sp. z o.o.",
)

SURNAMES: Final = {
    "NL": [
        "de",
        "Vries",
        "Jansen",
        "Bakker",
        "Visser",
        "Smit",
        "Meijer",
        "Mulder",
        "Bos",
        "Vos",
        "Peters",
        "Hendriks",
        "Dekker",
        "Brouwer",
        "Dijkstra",
        "Kok",
        "Jacobs",
        "Vermeulen",
        "Schouten",
        "Willems",
        "Hoekstra",
        "Koster",
        "Prins",
        "Huisman",
        "Postma",
        "Kuiper",
        "Veenstra",
        "Scholten",
        "Molenaar",
    ],
    "BE": [
        "Peeters",
        "Maes",
        "Claes",
        "Wouters",
        "Goossens",
        "Dubois",
        "Lambert",
        "Dupont",
        "Mertens",
        "Leroy",
        "Laurent",
        "Simon",
        "Thys",
        "Collard",
    ],
    "DE": [
        "Müller",
        "Schmidt",
        "Schneider",
        "Fischer",
        "Weber",
        "Wagner",
        "Becker",
        "Hoffmann",
        "Koch",
        "Richter",
        "Krüger",
        "Vogel",
        "Schäfer",
    ],
    "GB": [
        "Smith",
        "Jones",
        "Taylor",
        "Brown",
        "Wilson",
        "Evans",
        "Thomas",
        "Roberts",
        "Walker",
        "Wright",
        "Hughes",
        "Green",
        "Finch",
        "Turner",
    ],
}

TRADES: Final = {
    "NL": [
        "Bouw",
        "Installatie",
        "Transport",
        "Schilderwerken",
        "Horeca",
        "Elektro",
        "Tuinen",
        "Vastgoed",
        "Logistiek",
        "Techniek",
        "Advies",
        "Interieur",
        "Metaal",
        "Groothandel",
        "Zorg",
        "Fietsen",
        "Drukwerk",
        "Dakwerken",
        "Keukens",
        "Verhuur",
    ],
    "BE": [
        "Construct",
        "Logistics",
        "Chauffage",
        "Traiteur",
        "Immo",
        "Electro",
        "Garage",
        "Schrijnwerk",
        "Jardins",
        "Conseil",
    ],
    "DE": [
        "Bau",
        "Maschinenbau",
        "Spedition",
        "Elektrotechnik",
        "Immobilien",
        "Gastronomie",
        "Metallbau",
        "Handel",
        "Beratung",
        "Energie",
    ],
    "GB": [
        "Builders",
        "Logistics",
        "Catering",
        "Electrical",
        "Estates",
        "Gardens",
        "Consulting",
        "Interiors",
        "Marine",
        "Engineering",
    ],
}

SUFFIXES: Final = {
    "NL": ("B.V.", "V.O.F.", "Groep", "& Zn", ""),
    "BE": ("NV", "BV", "SRL", "SA"),
    "DE": ("GmbH", "GmbH & Co. KG", "e.K.", "AG"),
    "GB": ("Ltd", "LLP", "& Sons", "plc"),
}

# (city, first part of the postal code, dialling prefix)
CITIES: Final = {
    "NL": (
        ("Utrecht", "35", "+3130"),
        ("Groningen", "97", "+3150"),
        ("Eindhoven", "56", "+3140"),
        ("Zwolle", "80", "+3138"),
    ),
    "BE": (("Antwerpen", "20", "+323"), ("Gent", "90", "+329"), ("Liège", "40", "+324"), ("Bruxelles", "10", "+322")),
    "DE": (
        ("Köln", "506", "+49221"),
        ("Bremen", "281", "+49421"),
        ("Münster", "481", "+49251"),
        ("Leipzig", "041", "+49341"),
    ),
    "GB": (
        ("Leeds", "LS", "+44113"),
        ("Bristol", "BS", "+44117"),
        ("Norwich", "NR", "+441603"),
        ("London", "SE", "+4420"),
    ),
}

STREETS: Final = {
    "NL": ("Dorpsstraat", "Kerkweg", "Industrieweg", "Stationsplein", "Nijverheidslaan", "Havenkade"),
    "BE": ("Kerkstraat", "Rue de la Gare", "Stationslaan", "Chaussée de Mons"),
    "DE": ("Hauptstraße", "Bahnhofstraße", "Industriestraße", "Gartenweg"),
    "GB": ("High Street", "Station Road", "Mill Lane", "Harbour Way"),
}

FIRST_NAMES: Final = (
    "Sanne",
    "Daan",
    "Fatima",
    "Jeroen",
    "Lotte",
    "Émile",
    "Jürgen",
    "Aoife",
    "Mehmet",
    "Ingrid",
    "Tom",
    "Noor",
)

RELATION_MANAGERS: Final = ("Anouk Verbeek", "Rob van Dam", "Priya Nair", "Kees Blom")

# People of the creditor: (id, name, e-mail address).
USERS: Final = (
    (8123, "Anouk Verbeek", "anouk@noorderlicht.example"),
    (8127, "Rob van Dam", "rob@noorderlicht.example"),
    (8131, "Priya Nair", "priya@harbourfinch.example"),
)

LABELS: Final = ("vip", "klacht", "inkoopnummer ontbreekt", "project Noord", "retainer", "betwist gedeelte", "portal")

CATEGORIES: Final = ("projecten", "service", "abonnement", "materiaal")

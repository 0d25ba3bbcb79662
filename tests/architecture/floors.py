"""The rooms of the product and of the sandbox from the ground up: held by the tests beside, drawn in CONTRIBUTING.

Arrows point down only; rooms on one floor know nothing of each other.
"""

from __future__ import annotations

FLOORS: tuple[dict[str, str], ...] = (
    {
        "errors": "what goes wrong, and in which words",
        "disk": "private files, locks, folders",
        "network": "what the machine says about its network: proxies, certificates, and which hosts it is itself",
        "memory": "what was freed goes back to the system",
        "patience": "how long one call may wait",
        "steps": "long work in steps, between which others have their turn",
        "words": "text as a reader sees it: cleaned, quoted, cut, and what draws as nothing",
    },
    {
        "settings": "what the person who runs the server decided",
        "scanning": "what stands in a text: accounts, amounts, numbers, days, links, addresses; pure",
    },
    {
        "payt": "speaks Payt: the client, its pace, its records (models), its sign-in",
        "database": "PostgreSQL, where several people share a server: connections, the steps of its tables",
    },
    {"receivables": "the craft, pure: open items, aging, phases, attention, matching, addresses"},
    {"policy": "what may be done, each rule with its reason, pure: whose yes a proposal needs"},
    {"proposals": "nothing is written that no person has seen: engine, ledger, and how a person says yes"},
    {"books": "what is asked of Payt and of memory for an answer"},
    {"answers": "records as rows and text"},
    {
        "writes": "what can be written: a kind each, a message, invoices",
        "sheets": "what is open as tables for a spreadsheet: CSV and workbooks",
    },
    {
        "tools": "what a model can call, one module a noun",
        "prompts": "what a person can pick",
        "resources": "records by address",
        "apps": "pages inside an assistant",
    },
    {"server": "the MCP server, HTTP, who is asking, and what is opened when"},
    {"hosts": "settings of the programs that start the server"},
    {"doctor": "what is wrong with an installation"},
    {"cli": "the commands", "__main__": "the way in"},
)

SANDBOX_FLOORS: tuple[dict[str, str], ...] = (
    {"world": "the state: administrations, their records and the clock, how they change, how they are written out"},
    {
        "data": "how an invented company is made: its debtors, invoices, cases, letters",
        "provider": "a stand-in for a company's identity provider, for a team server",
        "wire": "bodies as a Rack server reads them, and refusals as the API writes them",
    },
    {"signin": "OAuth: applications, consent, grants, tokens"},
    {"api": "a call and what may stop it; reading; faults, and the test's side door"},
    {"writes": "writing, one module a noun"},
    {"app": "the application: every route there is", "server": "the application over TCP"},
)

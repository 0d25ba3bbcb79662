"""What the assistant can do: one module a noun. Tools never import each other."""

from payt_mcp.tools import (
    administrations,
    contacts,
    credit_case,
    debtor,
    debtors,
    invoice,
    invoices,
    messages,
    overdue,
)

READ_TOOLS = (
    administrations.TOOL,
    overdue.TOOL,
    invoices.TOOL,
    invoice.TOOL,
    debtors.TOOL,
    debtor.TOOL,
    credit_case.TOOL,
    contacts.TOOL,
    messages.TOOL,
)
"""In the order hosts list them: the questions a day begins with first."""

"""What the assistant can do: one module a noun. Tools never import each other."""

from payt_mcp.tools import (
    administrations,
    approval,
    contacts,
    credit_case,
    debtor,
    debtors,
    invoice,
    invoices,
    messages,
    overdue,
    send_message,
    upsert_invoices,
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

WRITE_TOOLS = (send_message.TOOL, upsert_invoices.TOOL, approval.TOOL)
"""Not listed where PAYT_READ_ONLY is set."""

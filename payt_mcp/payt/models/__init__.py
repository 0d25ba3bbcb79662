"""The records of Payt's contract, one file each."""

from payt_mcp.payt.models.administration import Administration
from payt_mcp.payt.models.base import Address, Entity, Label, Stepped, User
from payt_mcp.payt.models.contact import Contact
from payt_mcp.payt.models.credit_case import CreditCase, DeletedCreditCase
from payt_mcp.payt.models.debtor import Debtor
from payt_mcp.payt.models.invoice import DeletedInvoice, Invoice, InvoiceLine
from payt_mcp.payt.models.message import Message
from payt_mcp.payt.models.note import Note
from payt_mcp.payt.models.notification import Notification, NotificationDetails
from payt_mcp.payt.models.payment import DeletedPayment, Payment
from payt_mcp.payt.models.payment_plan import DeletedPaymentPlan, PaymentPlan, PlannedPayment
from payt_mcp.payt.models.task import Comment, Task

__all__ = [
    "Address",
    "Administration",
    "Comment",
    "Contact",
    "CreditCase",
    "Debtor",
    "DeletedCreditCase",
    "DeletedInvoice",
    "DeletedPayment",
    "DeletedPaymentPlan",
    "Entity",
    "Invoice",
    "InvoiceLine",
    "Label",
    "Message",
    "Note",
    "Notification",
    "NotificationDetails",
    "Payment",
    "PaymentPlan",
    "PlannedPayment",
    "Stepped",
    "Task",
    "User",
]

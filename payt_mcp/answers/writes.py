"""What a tool that writes answers: whether anything happened, in text and in structure alike."""

from __future__ import annotations

import datetime as dt
from typing import Any

from payt_mcp.proposals.asking.preview_text import brief, warning_texts
from payt_mcp.proposals.outcomes import approved_words, outcome_words
from payt_mcp.proposals.preview import Mails, Preview
from payt_mcp.proposals.records import Record
from payt_mcp.proposals.states import BEGUN, WAITS, Status, words
from payt_mcp.proposals.stored import preview_of
from payt_mcp.words import text as present

_NEXT = {
    Status.APPROVED: "It is sent by the server within seconds; check_approval tells how it went.",
    Status.SENDING: "check_approval tells how it went. Do not send it in another way.",
    Status.SENT: "Nothing more to do. The same text is not sent again within 7 days.",
    Status.APPLIED: "Nothing more to do.",
    Status.PARTLY_APPLIED: "Tell the user which records failed and why; correct them and propose only those.",
    Status.FAILED: "Tell the user why. Proposing it anew is safe: Payt did not take it.",
    Status.OUTCOME_UNKNOWN: "Tell the user that it may have been sent, and that only they can have it sent again: "
    "{where}. check_approval looks at Payt again. Do not propose it in other words.",
    Status.DECLINED: "Do not propose it again unless the user asks for it.",
    Status.EXPIRED: "Propose it again if the user still wants it.",
    Status.SUPERSEDED: "Call the tool again to see the proposal as it would be now.",
}
_ASK_THEM = "Tell the user: the colleague who proposed it sees how it went. Do not propose it in other words."
_MAY_BE_OUT = (
    "Nothing was sent now: the same may have been sent by a colleague on {day}, and nobody knows yet.",
    _ASK_THEM,
)
_COLLEAGUE = {
    Status.PROPOSED: (
        "Nothing was sent: the same was proposed by a colleague, and waits for a yes.",
        "Tell the user: whoever may approve it decides. Do not propose it in other words.",
    ),
    Status.SENT: (
        "Nothing was sent now: this was sent by a colleague on {day}.",
        "Tell the user. The same text is not sent again within 7 days.",
    ),
    Status.SENDING: ("Nothing was sent by this call: the same is being sent by a colleague.", _ASK_THEM),
    Status.APPROVED: _MAY_BE_OUT,
    Status.OUTCOME_UNKNOWN: _MAY_BE_OUT,
}
_COLLEAGUE_DID_NOT = (
    "Nothing was sent now: the same was proposed by a colleague, and that is over.",
    "Call the tool again if the user still wants it sent.",
)
_STANDS = {
    Status.PROPOSED: "it waits for a yes",
    Status.APPROVED: "it was approved, and is about to be sent",
    Status.SENDING: "it is being sent",
    Status.OUTCOME_UNKNOWN: "it may have been sent, and nobody knows yet",
}
_CLOSED = "A person looked at Payt and said so. Propose it anew only if the user asks for it."
_DECIDES = "The user decides {where}; ask them."
_DECIDES_THERE = (
    "Give the user this address, where they, or whoever else may approve it, decide after signing in: {page} . Then "
    "call check_approval. You cannot approve it yourself."
)
_IT_WAITS = (
    "Tell the user the reason. The server tries again by itself while the yes holds; check_approval tells how it went."
)


def write_data(
    record: Record, zone: dt.tzinfo, *, trouble: str = "", new: bool = True, page: str = ""
) -> dict[str, Any]:
    """The structured result of a proposal as it stands. `page` is the address where it is decided, where it has one."""
    status = "awaiting_approval" if record.status is Status.PROPOSED else record.status.value
    said = outcome_words(record, zone)
    if not new and record.status is Status.SENT:
        said = f"Nothing was sent now: this was sent already. {said}"
    preview = preview_of(record)
    said = " ".join(filter(None, (said, _mailed(record, preview))))
    now = trouble if record.status is Status.APPROVED else ""  # else of an attempt before this yes
    return present.filled(
        {
            "summary": said,
            "status": status,
            "proposal_id": record.id,
            "preview": _brief(record, preview) if preview else None,
            "warnings": warning_texts(preview) if preview else None,
            "approved": approved_words(record, zone) if record.status in (*BEGUN, Status.FAILED) else None,
            "message_id": record.message_id,
            "sent_at": present.stamp(record.sending_at, zone) if record.status is Status.SENT else None,
            "reason": now or record.outcome.get("trouble") or record.outcome.get("why") or trouble,
            "records": record.outcome.get("records"),
            "next_step": _next(record, trouble, zone, page),
        }
    )


def colleague_data(record: Record, zone: dt.tzinfo, *, trouble: str = "", page: str = "") -> dict[str, Any]:
    """The result of what a colleague proposed in the same words: how that stands, and nothing of what they were shown
    or said. A colleague is whoever has another sign-in or token, or shares one and may not see it; `page` is its
    address, for who may see it there.
    """
    said, next_step = _COLLEAGUE.get(record.status, _COLLEAGUE_DID_NOT)
    next_step += f" It stands at {page} ." if page else ""
    day = (record.sending_at or record.changed_at).astimezone(zone).date()
    return present.filled(
        {
            "summary": said.format(day=day),
            "status": "awaiting_approval" if record.status is Status.PROPOSED else record.status.value,
            "proposal_id": record.id,
            "sent_at": present.stamp(record.sending_at, zone) if record.status is Status.SENT else None,
            "reason": trouble if record.status is Status.APPROVED else None,
            "next_step": next_step,
        }
    )


def others_data(record: Record, zone: dt.tzinfo, page: str) -> dict[str, Any]:
    """The result of what somebody asks for that was proposed with another credential: how it stands, and its address,
    where whoever may see it reads the rest.
    """
    is_open = record.status is Status.PROPOSED
    decides = _DECIDES_THERE.format(page=page)
    return present.filled(
        {
            "summary": f"It was proposed with another connection to Payt than the user's: {_others_words(record)}.",
            "status": "awaiting_approval" if is_open else record.status.value,
            "proposal_id": record.id,
            "sent_at": present.stamp(record.sending_at, zone) if record.status is Status.SENT else None,
            "next_step": f"{decides} {waits_until(record, zone)}" if is_open else f"Its page, for the user: {page} .",
        }
    )


def _others_words(record: Record) -> str:
    return _STANDS.get(record.status, f"it is over ({words(record.status)})")


def idle_data(preview: Preview, reason: str) -> dict[str, Any]:
    """The structured result of what would change nothing: unchanged, or failed where Payt would refuse it all."""
    refused = preview.refused
    return present.filled(
        {
            "status": "failed" if refused else "unchanged",
            "preview": brief(preview),
            "warnings": warning_texts(preview),
            "reason": reason,
            "records": {key: "; ".join(notes) for key, notes in refused.items()},
            "next_step": "Correct the refused records and propose them again." if refused else None,
        }
    )


def proposed_before(record: Record, zone: dt.tzinfo) -> str:
    """What became of an earlier proposal of the same, as a sentence."""
    approved = approved_words(record, zone)
    by = f" (approved: {approved})" if approved else ""
    return f"Proposed before, as {record.id}{by}: {outcome_words(record, zone)}"


def _mailed(record: Record, preview: Preview | None) -> str:
    """Whether Payt mails anything of a batch that was carried out, where such a batch may be mailed."""
    if preview is None or record.status not in (Status.APPLIED, Status.PARTLY_APPLIED):
        return ""
    mails = [section for section in preview.sections if isinstance(section, Mails)]
    failed = record.outcome.get("records", {})
    due = [mail for section in mails for mail in section.entries if mail.record not in failed]
    if due:
        return f"Payt e-mails {present.count(len(due), mails[0].noun)}."
    return f"Payt e-mails no {mails[0].noun}." if mails else ""


def waits_until(record: Record, zone: dt.tzinfo) -> str:
    """How long a proposal waits for a yes, as a sentence."""
    return f"It waits until {(record.created_at + WAITS).astimezone(zone).date()}."


def _brief(record: Record, preview: Preview) -> str:
    """The preview; while it may be decided, one without warnings says so: silence could be read as not looked."""
    is_open = record.status is Status.PROPOSED
    silent = is_open and not preview.warnings
    return brief(preview, is_open=is_open) + (f"\n{preview.words.all_clear}" if silent else "")


def _next(record: Record, trouble: str, zone: dt.tzinfo, page: str) -> str | None:
    where = f"at {page}" if page else "on the approval page or with `payt-mcp approvals`"
    if record.status is Status.PROPOSED:
        decides = _DECIDES_THERE if page else _DECIDES
        return f"{decides.format(where=where, page=page)} {waits_until(record, zone)}"
    if record.status is Status.APPROVED and trouble:
        return _IT_WAITS
    if record.status is Status.FAILED and record.outcome.get("closed"):
        return _CLOSED
    return _NEXT.get(record.status, "").format(where=where)


def write_lines(data: dict[str, Any]) -> list[str]:
    """The same as text."""
    lines = [f"status: {data['status']}"]
    lines += [f"proposal_id: {data['proposal_id']}"] if "proposal_id" in data else []
    lines += [data["preview"]] if "preview" in data else []
    lines += [f"Warning: {text}" for text in data.get("warnings", ())]
    lines += [
        f"{name}: {data[name]}"
        for name in ("approved", "message_id", "sent_at", "reason", "confirmation_code")
        if name in data
    ]
    lines += [f"{key}: {note}" for key, note in data.get("records", {}).items()]
    lines += [f"Next: {data['next_step']}"] if "next_step" in data else []
    return lines

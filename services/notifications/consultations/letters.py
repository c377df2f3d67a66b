"""Notices and mails about consultations, worded for a reader."""

from __future__ import annotations

from dataclasses import fields
from uuid import UUID

from contracts.booking.attendance import ConsultationCompleted, ConsultationMissed
from contracts.booking.consultations import (
    ConsultationBooked,
    ConsultationCancelled,
    ConsultationPlaceChanged,
    ConsultationRescheduled,
    ConsultationsAtRisk,
    Party,
)
from contracts.booking.holds import RescueOffered
from contracts.booking.outcomes import BothWishToContinue
from contracts.booking.waitlist import SlotOffered
from contracts.notifications import NoticeData, NoticeKind
from services.notifications import name_placeholders
from services.notifications.consultations import texts
from services.notifications.helpline_text import emergency_for, help_for
from services.notifications.language import Text
from services.notifications.letters import Wording
from services.notifications.mails.links import SiteUrls
from services.notifications.name_placeholders import NameRole
from services.notifications.readers import Reader

Placed = ConsultationBooked | ConsultationRescheduled | ConsultationPlaceChanged
Sided = (
    Placed | ConsultationCancelled | ConsultationCompleted | ConsultationMissed | BothWishToContinue
)

TIMES = {"when": "starts_at", "previous": "previous_starts_at", "until": "disputable_until"}
"""The field of an event that fills each placeholder with a time."""


def booked_by_you(reader: Reader, event: ConsultationBooked, links: SiteUrls) -> Wording:
    return _ahead(
        NoticeKind.CONSULTATION_BOOKED,
        texts.YOUR_APPOINTMENT,
        texts.BOOKED_BY_YOU,
        texts.DISCREETLY_BOOKED,
        reader,
        event,
        links,
    )


def booked_with_you(reader: Reader, event: ConsultationBooked, links: SiteUrls) -> Wording:
    return _ahead(
        NoticeKind.CONSULTATION_BOOKED,
        texts.NEW_APPOINTMENT,
        texts.BOOKED_WITH_YOU,
        texts.DISCREETLY_BOOKED,
        reader,
        event,
        links,
    )


def rescheduled(reader: Reader, event: ConsultationRescheduled, links: SiteUrls) -> Wording:
    return _ahead(
        NoticeKind.CONSULTATION_RESCHEDULED,
        texts.YOUR_APPOINTMENT,
        texts.RESCHEDULED,
        texts.DISCREETLY_RESCHEDULED,
        reader,
        event,
        links,
    )


def place_changed(reader: Reader, event: ConsultationPlaceChanged, links: SiteUrls) -> Wording:
    return _ahead(
        NoticeKind.CONSULTATION_PLACE_CHANGED,
        texts.YOUR_APPOINTMENT,
        texts.PLACE_CHANGED,
        texts.DISCREETLY_PLACE_CHANGED,
        reader,
        event,
        links,
    )


def cancelled_for_client(reader: Reader, event: ConsultationCancelled, links: SiteUrls) -> Wording:
    return _lost(texts.CANCELLED_BY_SPECIALIST, reader, event, links)


def cancelled_as_unavailable(
    reader: Reader, event: ConsultationCancelled, links: SiteUrls
) -> Wording:
    """For the client of a specialist whose right to practise ended. The reason is not said."""
    return _lost(texts.SPECIALIST_UNAVAILABLE, reader, event, links)


def cancelled_for_specialist(
    reader: Reader, event: ConsultationCancelled, links: SiteUrls
) -> Wording:
    return _cancelled(texts.AN_APPOINTMENT, texts.CANCELLED_BY_CLIENT, reader, event, links)


def cancelled_for_you(reader: Reader, event: ConsultationCancelled, links: SiteUrls) -> Wording:
    """For the specialist whose right to practise ended."""
    return _cancelled(texts.AN_APPOINTMENT, texts.CANCELLED_FOR_YOU, reader, event, links)


def completed(reader: Reader, event: ConsultationCompleted, links: SiteUrls) -> Wording:
    return _behind(
        NoticeKind.CONSULTATION_COMPLETED, texts.COMPLETED, texts.SAY_IT, reader, event, links
    )


def missed_by_you(reader: Reader, event: ConsultationMissed, links: SiteUrls) -> Wording:
    return _missed(texts.MISSED_BY_YOU, reader, event, links)


def missed_by_the_other(reader: Reader, event: ConsultationMissed, links: SiteUrls) -> Wording:
    is_client = _side(reader, event) == Party.CLIENT
    text = texts.MISSED_BY_SPECIALIST if is_client else texts.MISSED_BY_CLIENT
    return _missed(text, reader, event, links)


def both_wish_to_continue(reader: Reader, event: BothWishToContinue, links: SiteUrls) -> Wording:
    return _behind(
        NoticeKind.BOTH_WISH_TO_CONTINUE,
        texts.BOTH_WISH_TO_CONTINUE,
        texts.MORE,
        reader,
        event,
        links,
    )


def rescue_offered(reader: Reader, event: RescueOffered, links: SiteUrls) -> Wording:
    times = "\n".join(
        reader.read(
            texts.A_HELD_SLOT,
            when=reader.when(each.starts_at, event.time_zone),
            specialist=_specialist(each.specialist_id, reader, texts.ANY_SPECIALIST),
        )
        for each in event.slots
    )
    until = min(each.held_until for each in event.slots)
    ends = reader.when(until, event.time_zone)
    page = links.held_slots()
    return Wording(
        kind=NoticeKind.RESCUE_OFFERED,
        subject=reader.read(texts.OTHER_TIMES),
        text=_paragraphs(
            reader.read(texts.RESCUE_OFFERED),
            times,
            reader.read(texts.RESCUE_HELD_UNTIL, until=ends),
            reader.read(texts.CHOOSE, page=page),
            help_for(reader),
        ),
        discreetly=_paragraphs(
            reader.read(texts.DISCREETLY_OFFERED, until=ends),
            reader.read(texts.CHOOSE, page=page),
            emergency_for(reader),
        ),
        data=NoticeData(
            consultation_id=event.consultation_id,
            client_id=event.client_id,
            slots=event.slots,
            held_until=until,
            time_zone=event.time_zone,
        ),
    )


def slot_offered(reader: Reader, event: SlotOffered, links: SiteUrls) -> Wording:
    ends = reader.when(event.held_until, event.time_zone)
    take_it = reader.read(texts.TAKE_IT, page=links.held_slots())
    said = reader.read(
        texts.SLOT_OFFERED,
        specialist=_specialist(event.specialist_id, reader, texts.ANY_SPECIALIST),
        when=reader.when(event.starts_at, event.time_zone),
        until=ends,
    )
    return Wording(
        kind=NoticeKind.SLOT_OFFERED,
        subject=reader.read(texts.A_TIME),
        text=_paragraphs(said, take_it),
        discreetly=_paragraphs(reader.read(texts.DISCREETLY_OFFERED, until=ends), take_it),
        data=_data(event),
    )


def consultations_at_risk(reader: Reader, event: ConsultationsAtRisk, links: SiteUrls) -> Wording:
    """For admins: consultations with a specialist whose right to practise ended. There is no link,
    since admins may not read consultations of others."""
    specialist = _specialist(event.specialist_id, reader, texts.ANY_SPECIALIST)
    listed = "\n".join(
        reader.read(texts.ONE_AT_RISK, when=reader.when(at, event.time_zone)) for at in event.starts
    )
    return Wording(
        kind=NoticeKind.CONSULTATIONS_AT_RISK,
        subject=reader.read(texts.NEEDS_YOU),
        text=_paragraphs(reader.read(texts.AT_RISK[event.cause], specialist=specialist), listed),
        data=_data(event),
    )


def _ahead(
    kind: NoticeKind,
    subject: Text,
    text: Text,
    discreetly: Text,
    reader: Reader,
    event: Placed,
    links: SiteUrls,
) -> Wording:
    """A wording about a coming consultation: its place, and how to cancel or move it."""
    page = links.consultation(event.consultation_id)
    is_client = _side(reader, event) == Party.CLIENT
    change = texts.CHANGE_AS_CLIENT if is_client else texts.CHANGE_AS_SPECIALIST
    said, less = _read(text, reader, event), _read(discreetly, reader, event)
    return Wording(
        kind=kind,
        subject=reader.read(subject),
        text=_paragraphs(said, _place(reader, event), reader.read(change, page=page)),
        discreetly=_paragraphs(less, reader.read(texts.MORE, page=page)),
        data=_data(event),
        place_of=event.specialist_id if event.meeting_address else None,
    )


def _place(reader: Reader, event: Placed) -> str:
    if event.meeting_address:
        return name_placeholders.place(
            reader.read(texts.AT_THE_PRACTICE, address=event.meeting_address)
        )
    if event.meeting_link:
        return reader.read(texts.ONLINE_AT, url=event.meeting_link)
    return reader.read(texts.ONLINE)


def _lost(text: Text, reader: Reader, event: ConsultationCancelled, links: SiteUrls) -> Wording:
    """For the client of a consultation that was cancelled for them: the way to another one, and
    help."""
    find = reader.read(texts.FIND_ANOTHER, search=links.specialists())
    then, emergency = _paragraphs(find, help_for(reader)), emergency_for(reader)
    return _cancelled(texts.YOUR_APPOINTMENT, text, reader, event, links, then, emergency)


def _cancelled(
    subject: Text,
    text: Text,
    reader: Reader,
    event: ConsultationCancelled,
    links: SiteUrls,
    then: str = "",
    discreetly_then: str = "",
) -> Wording:
    more = reader.read(texts.MORE, page=links.consultation(event.consultation_id))
    less = _read(texts.DISCREETLY_CANCELLED, reader, event)
    return Wording(
        kind=NoticeKind.CONSULTATION_CANCELLED,
        subject=reader.read(subject),
        text=_paragraphs(_read(text, reader, event), then),
        discreetly=_paragraphs(less, more, discreetly_then),
        data=_data(event),
    )


def _missed(text: Text, reader: Reader, event: ConsultationMissed, links: SiteUrls) -> Wording:
    """A wording about a missed consultation, with help for the client."""
    kind, say_it = NoticeKind.CONSULTATION_MISSED, texts.SAY_IT
    if _side(reader, event) == Party.SPECIALIST:
        return _behind(kind, text, say_it, reader, event, links)
    help, emergency = help_for(reader), emergency_for(reader)
    return _behind(kind, text, say_it, reader, event, links, help, emergency)


def _behind(
    kind: NoticeKind,
    text: Text,
    page_text: Text,
    reader: Reader,
    event: Sided,
    links: SiteUrls,
    then: str = "",
    discreetly_then: str = "",
) -> Wording:
    """A wording about a past consultation, with a link to its page."""
    page = links.consultation(event.consultation_id)
    said, less = _read(text, reader, event), reader.read(texts.DISCREETLY_NEWS)
    return Wording(
        kind=kind,
        subject=reader.read(texts.YOUR_APPOINTMENT),
        text=_paragraphs(said, reader.read(page_text, page=page), then),
        discreetly=_paragraphs(less, reader.read(texts.MORE, page=page), discreetly_then),
        data=_data(event),
    )


def _read(text: Text, reader: Reader, event: Sided) -> str:
    """The text with the other side's name and the event's times filled in."""
    known = vars(event)
    times = {
        placeholder: reader.when(known[field], known["time_zone"])
        for placeholder, field in TIMES.items()
        if field in known
    }
    return reader.read(text, other=_other(reader, event), **times)


def _data(event: Sided | SlotOffered | ConsultationsAtRisk) -> NoticeData:
    """The fields that the event and ``NoticeData`` have in common."""
    names = {field.name for field in fields(NoticeData)}
    return NoticeData(**{name: value for name, value in vars(event).items() if name in names})


def _side(reader: Reader, event: Sided) -> Party:
    return Party.CLIENT if reader.account_id == event.client_id else Party.SPECIALIST


def _other(reader: Reader, event: Sided) -> str:
    """The name of the side that the reader is not."""
    if _side(reader, event) == Party.CLIENT:
        return _specialist(event.specialist_id, reader, texts.A_SPECIALIST)
    return name_placeholders.name(NameRole.CLIENT, event.client_id, reader.read(texts.A_CLIENT))


def _specialist(id: UUID, reader: Reader, otherwise: Text) -> str:
    return name_placeholders.name(NameRole.SPECIALIST, id, reader.read(otherwise))


def _paragraphs(*given: str) -> str:
    """Paragraphs with a blank line between them; empty ones are left out."""
    return "\n\n".join(each for each in given if each)

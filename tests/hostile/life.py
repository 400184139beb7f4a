"""A whole life of a wish with the same words in every place where a person writes."""

from portal.cleaning import clean_text
from tests.wishes.wishes.factories import Cast
from wishes.wishes import services
from wishes.wishes.domain import Stars
from wishes.wishes.models import Wish


def lived(cast: Cast, text: str) -> Wish:
    """Posted, claimed, given up, claimed again, asked about, answered, done, rated."""
    line, words = clean_text(text)[:60] or "……", clean_text(text, lines=True)[:200] or "……"
    draft = services.start_draft(actor=cast.author)
    services.save_draft(
        actor=cast.author,
        wish=draft,
        title=line,
        details=words,
        category=cast.category,
        territory=cast.grid,
        place=line,
        contact_name=line,
    )
    wish = services.submit_wish(actor=cast.author, wish=draft)
    claim = services.claim_wish(actor=cast.volunteer, wish=wish, message=words)
    services.give_up_claim(actor=cast.volunteer, claim=claim, reason=words)
    services.claim_wish(actor=cast.volunteer, wish=wish, message=words)
    services.pause_for_resident(actor=cast.worker, wish=wish, question=words)
    question = wish.questions.get(answered_at=None)
    services.answer_question(actor=cast.author, question=question, answer=words)
    services.fulfil_claim(actor=cast.volunteer, wish=wish, note=words)
    return services.confirm_wish(actor=cast.author, wish=wish, stars=Stars(5, 5, 5), comment=words)

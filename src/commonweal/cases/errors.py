"""Refusals of cases."""

from commonweal.kernel.errors import Kind, Refusal


class NoSuchCase(Refusal):
    code = "cases.no-such-case"
    kind = Kind.MISSING
    sentence = "There is no case with this number. Check the number on your receipt, or call us."


class WrongKey(Refusal):
    code = "cases.wrong-key"
    kind = Kind.MISSING
    sentence = (
        "This link does not open a report. It may have been replaced by a newer one. "
        "Use the link in our latest mail, or ask us for a new one."
    )


class NotYourCase(Refusal):
    code = "cases.not-your-case"
    kind = Kind.FORBIDDEN
    sentence = "Only the unit that answers for this case may do this. Ask to have it reassigned."


class FilterUnnamed(Refusal):
    code = "cases.filter-unnamed"
    kind = Kind.INVALID
    sentence = "Please give the filter a name of up to {most} characters."


class FilterNameTaken(Refusal):
    code = "cases.filter-name-taken"
    kind = Kind.CONFLICT
    sentence = "This list has another filter with this name. Choose another name."


class TooManyFilters(Refusal):
    code = "cases.too-many-filters"
    kind = Kind.CONFLICT
    sentence = "This list holds {most} filters already. Delete one that you no longer need."


class NoSuchFilter(Refusal):
    code = "cases.no-such-filter"
    kind = Kind.MISSING
    sentence = "This filter does not exist any more. Go back to the queue."


class NothingChosen(Refusal):
    code = "cases.nothing-chosen"
    kind = Kind.INVALID
    sentence = "No case is chosen. Tick at least one in the queue."


class TooManyChosen(Refusal):
    code = "cases.too-many-chosen"
    kind = Kind.INVALID
    sentence = "At most {most} cases can be done at once. Choose fewer."


class NotInBulk(Refusal):
    code = "cases.not-in-bulk"
    kind = Kind.INVALID
    sentence = "Please choose what is to be done with these cases."


class NoSuchBulk(Refusal):
    code = "cases.no-such-bulk"
    kind = Kind.MISSING
    sentence = "This list of cases is not there any more. Choose the cases again in the queue."


class TooLateToUndo(Refusal):
    code = "cases.too-late-to-undo"
    kind = Kind.CONFLICT
    sentence = (
        "The time to undo this is over: the reporters have been told. "
        "You can still change each case by itself."
    )


class WrongMove(Refusal):
    code = "cases.wrong-move"
    kind = Kind.CONFLICT
    sentence = "This case is now: {state}. From there it cannot become: {to}. Reload the page."


class NoSuchCategory(Refusal):
    code = "cases.no-such-category"
    kind = Kind.INVALID
    sentence = "Please choose what your report is about from the list."


class EmptyText(Refusal):
    code = "cases.empty-text"
    kind = Kind.INVALID
    sentence = "Please write a few words."


class TextTooLong(Refusal):
    code = "cases.text-too-long"
    kind = Kind.INVALID
    sentence = "The text has {length} characters; we can take {most}. Please shorten it."


class UnreadableText(Refusal):
    code = "cases.unreadable-text"
    kind = Kind.INVALID
    sentence = "The text contains characters that cannot be stored. Please type it again."


class PlaceMissing(Refusal):
    code = "cases.place-missing"
    kind = Kind.INVALID
    sentence = "Please say where it is: an address or a few words, a district, a landmark or a pin."


class ImpossiblePoint(Refusal):
    code = "cases.impossible-point"
    kind = Kind.INVALID
    sentence = "This point is not on the map. Set the pin again, or describe the place in words."


class ImpossibleDate(Refusal):
    code = "cases.impossible-date"
    kind = Kind.INVALID
    sentence = "This date cannot be right: it is in the future or very long ago. Please check it."


class BadContact(Refusal):
    code = "cases.bad-contact"
    kind = Kind.INVALID
    sentence = (
        "We cannot read this mail address or phone number. Correct it, or leave it empty "
        "to report without your name."
    )


class AnswerMissing(Refusal):
    code = "cases.answer-missing"
    kind = Kind.INVALID
    sentence = "Please answer the question: {question}."


class AnswerWrong(Refusal):
    code = "cases.answer-wrong"
    kind = Kind.INVALID
    sentence = "We cannot read your answer to: {question}. Please choose or write it again."


class NoReporter(Refusal):
    code = "cases.no-reporter"
    kind = Kind.CONFLICT
    sentence = "This report came without a way to write back, so nobody can be asked."


class DateToCome(Refusal):
    code = "cases.date-to-come"
    kind = Kind.INVALID
    sentence = "Please give a date from today on, within two years."


class NothingToReview(Refusal):
    code = "cases.nothing-to-review"
    kind = Kind.CONFLICT
    sentence = "The city does not publish the words of this kind of report."


class NoCallWaits(Refusal):
    code = "cases.no-call-waits"
    kind = Kind.CONFLICT
    sentence = "Nobody waits for a call about this report any more. Reload the page."


class TakenBack(Refusal):
    code = "cases.taken-back"
    kind = Kind.CONFLICT
    sentence = "The reporter has taken this report back. Its words and photos stay private."


class TakenDown(Refusal):
    code = "cases.taken-down"
    kind = Kind.CONFLICT
    sentence = (
        "What was taken down stays down. When the reporter corrects the text, you can review it."
    )


class NotPublic(Refusal):
    code = "cases.not-public"
    kind = Kind.CONFLICT
    sentence = "These words are not public. Reload the page to see what is."


class NotNow(Refusal):
    code = "cases.not-now"
    kind = Kind.CONFLICT
    sentence = "This cannot be done with the report as it stands now. Reload the page."


class UnitClosed(Refusal):
    code = "cases.unit-closed"
    kind = Kind.INVALID
    sentence = "This unit does not exist or is closed. Choose another one."


class ReasonMissing(Refusal):
    code = "cases.reason-missing"
    kind = Kind.INVALID
    sentence = "Please give the reason in a few words; it becomes part of the record."


class BadQuestions(Refusal):
    """A question that could not be asked."""

    code = "cases.bad-questions"
    kind = Kind.INVALID
    sentence = "The question {question} cannot be asked. Look at it again."


class QuestionTwice(BadQuestions):
    code = "cases.question-twice"
    sentence = "Question {question}: the code is used twice. Give each question its own code."


class QuestionWithoutWords(BadQuestions):
    code = "cases.question-without-words"
    sentence = "Question {question}: it has no words. Write them in each language of the city."


class QuestionWithoutOptions(BadQuestions):
    code = "cases.question-without-options"
    sentence = "Question {question}: it needs at least one option. Add one, or change its kind."


class QuestionOutOfOrder(BadQuestions):
    code = "cases.question-out-of-order"
    sentence = "Question {question}: it follows {before}, which does not come before it. Move it."


class QuestionAfterNothing(BadQuestions):
    code = "cases.question-after-nothing"
    sentence = (
        "Question {question}: it follows an answer that {before} does not have. "
        "Choose one of its answers."
    )


class CodeTaken(Refusal):
    code = "cases.code-taken"
    kind = Kind.CONFLICT
    sentence = "The code {wanted} is already used. Choose another one."


class BadCode(Refusal):
    code = "cases.bad-code"
    kind = Kind.INVALID
    sentence = (
        "This code cannot be used. "
        "Write small letters, digits and hyphens only, up to 40 characters."
    )


class NameMissing(Refusal):
    code = "cases.name-missing"
    kind = Kind.INVALID
    sentence = "Please write the name in each of the city's languages."


class WrongParent(Refusal):
    code = "cases.wrong-parent"
    kind = Kind.INVALID
    sentence = "A category can only stand below a main category that exists."


class NoSuchRule(Refusal):
    code = "cases.no-such-rule"
    kind = Kind.MISSING
    sentence = "This routing rule does not exist any more. Reload the list."


class BadMapping(Refusal):
    code = "cases.bad-mapping"
    kind = Kind.INVALID
    sentence = "The mapping does not fit: {problem}. Correct it and run the import again."


class CoordinatesSwapped(Refusal):
    code = "cases.coordinates-swapped"
    kind = Kind.INVALID
    sentence = (
        "Latitude and longitude are exchanged: the point lies far away, and in the city the other "
        "way round. Exchange lat and lng in the mapping, or in this row."
    )


class GeoMissing(Refusal):
    code = "cases.geo-missing"
    kind = Kind.INVALID
    sentence = (
        "Converting coordinates needs the extra [geo]. Install it with "
        "pip install 'commonweal[geo]', or leave coordinates out of the mapping."
    )

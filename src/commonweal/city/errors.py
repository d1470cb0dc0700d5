"""Refusals of the city: the first sentence says what is the case, the rest how to mend it."""

from commonweal.city.types import Problem
from commonweal.kernel.errors import Kind, Refusal


class OnlyAdministrators(Refusal):
    code = "city.only-administrators"
    kind = Kind.FORBIDDEN
    sentence = "Only an administrator may change this. Ask your administrator to do it."


class ReasonMissing(Refusal):
    code = "city.reason-missing"
    kind = Kind.INVALID
    sentence = "A reason is missing. Write one sentence that says why this changes."


class TooLong(Refusal):
    code = "city.too-long"
    kind = Kind.INVALID
    sentence = (
        "The text for {field} has more than {most} characters. Shorten it to {most} or fewer."
    )


class BadCode(Refusal):
    code = "city.bad-code"
    kind = Kind.INVALID
    sentence = (
        "The code {value} cannot be used. "
        "Use 1 to 40 small letters a to z, digits and hyphens, such as north-2."
    )


class CodeTaken(Refusal):
    code = "city.code-taken"
    kind = Kind.CONFLICT
    sentence = "The code {value} is already used. Choose another code, or change the other entry."


class LanguageMissing(Refusal):
    code = "city.language-missing"
    kind = Kind.INVALID
    sentence = "The {field} has no text in {language}. Write it in every language of the city."


class UnknownLanguage(Refusal):
    code = "city.unknown-language"
    kind = Kind.INVALID
    sentence = "The language {language} is not one of the city's. Use: {known}."


class NoLanguages(Refusal):
    code = "city.no-languages"
    kind = Kind.INVALID
    sentence = "The list of languages is empty or names one twice. Choose from: {known}."


class BadColour(Refusal):
    code = "city.bad-colour"
    kind = Kind.INVALID
    sentence = "The colour {value} cannot be read. Write it as # and six digits, such as #1d5f3c."


class WeakContrast(Refusal):
    code = "city.weak-contrast"
    kind = Kind.INVALID
    sentence = (
        "The colour {value} has a contrast of {contrast} to white; people can read from 4.5 on. "
        "Choose a darker colour."
    )


class BadZone(Refusal):
    code = "city.bad-zone"
    kind = Kind.INVALID
    sentence = (
        "The time zone {value} is not known. Write a name of the IANA list; the nearest is {near}."
    )


class BadPhone(Refusal):
    code = "city.bad-phone"
    kind = Kind.INVALID
    sentence = (
        "The telephone number {value} cannot be read. "
        "Use digits, spaces, and + ( ) - # , with at least 3 digits."
    )


class BadMail(Refusal):
    code = "city.bad-mail"
    kind = Kind.INVALID
    sentence = "The mail address {value} cannot be read. Write it like office@city.example."


class BadTiles(Refusal):
    code = "city.bad-tiles"
    kind = Kind.INVALID
    sentence = (
        "The address of map tiles cannot be used. "
        "It begins with https:// and holds {{z}}, {{x}} and {{y}}; leave it empty for a plain map."
    )


class BadGeometry(Refusal):
    code = "city.bad-geometry"
    kind = Kind.INVALID
    sentence = "The border of the district cannot be used ({why}). Mend it in your map software."


class NotAPolygon(Refusal):
    code = "city.not-a-polygon"
    kind = Kind.INVALID
    sentence = "This is not a border. A district needs a GeoJSON Polygon or MultiPolygon."


class NoPoints(Refusal):
    code = "city.no-points"
    kind = Kind.INVALID
    sentence = "The coordinates of the border are not lists of points. Export the file again."


class TooFewCorners(Refusal):
    code = "city.too-few-corners"
    kind = Kind.INVALID
    sentence = "A border has fewer than three corners. Draw it again in your map software."


class BorderCrossesItself(Refusal):
    code = "city.border-crosses-itself"
    kind = Kind.INVALID
    sentence = "The border crosses or touches itself near {place}. Mend it in your map software."


class HoleMisplaced(Refusal):
    code = "city.hole-misplaced"
    kind = Kind.INVALID
    sentence = "A hole in the district lies outside it or in another hole, near {place}. Mend it."


class RingOpen(Refusal):
    code = "city.ring-open"
    kind = Kind.INVALID
    sentence = "A border does not end where it began. Repeat its first point as its last point."


class OutsideTheWorld(Refusal):
    code = "city.outside-the-world"
    kind = Kind.INVALID
    sentence = (
        "The point {lng}, {lat} is not on the globe. "
        "Use degrees of WGS 84 (EPSG:4326), longitude first."
    )


class Swapped(Refusal):
    code = "city.swapped"
    kind = Kind.INVALID
    sentence = (
        "Latitude and longitude seem to be swapped at {lng}, {lat}. "
        "In GeoJSON the longitude (east) comes first, then the latitude (north)."
    )


class NoSuchDistrict(Refusal):
    code = "city.no-such-district"
    kind = Kind.MISSING
    sentence = "There is no such district. Choose one from the list of districts."


class NoSuchLandmark(Refusal):
    code = "city.no-such-landmark"
    kind = Kind.MISSING
    sentence = "There is no such landmark. Choose one from the list of landmarks."


class NoSuchUnit(Refusal):
    code = "city.no-such-unit"
    kind = Kind.MISSING
    sentence = "There is no such unit. Choose one from the list of units."


class UnitBelowItself(Refusal):
    code = "city.unit-below-itself"
    kind = Kind.CONFLICT
    sentence = "The unit {value} would stand below itself. Choose a parent that is not below it."


class ParentClosed(Refusal):
    code = "city.parent-closed"
    kind = Kind.CONFLICT
    sentence = (
        "The unit above closes before this one does. "
        "Give this unit an earlier closing date, or another unit above it."
    )


class UnitsBelowOpen(Refusal):
    code = "city.units-below-open"
    kind = Kind.CONFLICT
    sentence = (
        "Units below this one stay open after its closing date. "
        "Close them first, or put them below another unit."
    )


class ClosedBeforeOpened(Refusal):
    code = "city.closed-before-opened"
    kind = Kind.INVALID
    sentence = "The closing date is not after the opening date. Correct one of the two."


class NoSuchHoliday(Refusal):
    code = "city.no-such-holiday"
    kind = Kind.MISSING
    sentence = "There is no such day in the calendar. Choose one from the calendar."


class DayTaken(Refusal):
    code = "city.day-taken"
    kind = Kind.CONFLICT
    sentence = "The calendar already names {day}. Change that entry, or choose another day."


class BadHours(Refusal):
    code = "city.bad-hours"
    kind = Kind.INVALID
    sentence = (
        "The opening hours {value} cannot be read. "
        "Write times in order, such as 09:00-12:30, 13:30-17:00."
    )


class HoursMissing(Refusal):
    code = "city.hours-missing"
    kind = Kind.INVALID
    sentence = "A make-up working day needs opening hours. Write them, such as 09:00-17:00."


class HoursOnClosedDay(Refusal):
    code = "city.hours-on-closed-day"
    kind = Kind.INVALID
    sentence = "A holiday has no opening hours. Remove the hours, or make it a working day."


class NoOpenHour(Refusal):
    code = "city.no-open-hour"
    kind = Kind.CONFLICT
    sentence = (
        "With this the city would never be open, and no promise could be dated. "
        "Keep opening hours on at least one weekday."
    )


class NoSuchParameter(Refusal):
    code = "city.no-such-parameter"
    kind = Kind.MISSING
    sentence = "The parameter {name} is not known. Choose one from the list; the nearest is {near}."


class BadParameter(Refusal):
    code = "city.bad-parameter"
    kind = Kind.INVALID
    sentence = "The value {value} does not fit {name}. Use {allowed}."


class SourceMissing(Refusal):
    code = "city.source-missing"
    kind = Kind.INVALID
    sentence = (
        "The source of this value is missing. Name the law, decision or minutes that it rests on."
    )


class BadTerm(Refusal):
    code = "city.bad-term"
    kind = Kind.INVALID
    sentence = "The length of a term cannot be {amount}. Use a whole number from 1 to {most}."


class NoSuchClock(Refusal):
    code = "city.no-such-clock"
    kind = Kind.MISSING
    sentence = "No time is running here. Reload the page to see how it stands."


class ClockRunsAlready(Refusal):
    code = "city.clock-runs-already"
    kind = Kind.CONFLICT
    sentence = "This time is running already. Reload the page to see how it stands."


class ClockIsPaused(Refusal):
    code = "city.clock-is-paused"
    kind = Kind.CONFLICT
    sentence = "This time is paused already. Reload the page to see how it stands."


class ClockIsNotPaused(Refusal):
    code = "city.clock-is-not-paused"
    kind = Kind.CONFLICT
    sentence = "This time is not paused. Reload the page to see how it stands."


class ProfileHasProblems(Refusal):
    code = "city.profile-has-problems"
    kind = Kind.INVALID
    sentence = "The folder has {count} problems and nothing was changed. Mend them and load again."

    def __init__(self, *, problems: tuple[Problem, ...], **facts: object) -> None:
        self.problems = problems
        super().__init__(**facts | {"count": len(problems)})

    def __reduce__(self) -> tuple[object, ...]:
        return (_with_problems, (self.problems,))


def _with_problems(problems: tuple[Problem, ...]) -> ProfileHasProblems:
    return ProfileHasProblems(problems=problems)


class FolderInUse(Refusal):
    code = "city.folder-in-use"
    kind = Kind.CONFLICT
    sentence = "The folder already holds {file}. Choose another folder, or add --overwrite."


class ReadingInterrupted(Refusal):
    code = "city.reading-interrupted"
    kind = Kind.INVALID
    sentence = "The answers ended before all questions were asked. Nothing was changed."


class NotAnAnswer(Refusal):
    code = "city.not-an-answer"
    kind = Kind.INVALID
    sentence = "This question needs an answer. Write one and press Enter."

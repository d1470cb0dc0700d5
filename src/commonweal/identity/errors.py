"""Refusals of identity."""

from commonweal.kernel.errors import Kind, Refusal


class BadPhone(Refusal):
    code = "identity.bad-phone"
    kind = Kind.INVALID
    sentence = "This phone number cannot be used. Write 5 to 15 digits, with + first if you like."


class NoSuchContact(Refusal):
    code = "identity.no-such-contact"
    kind = Kind.MISSING
    sentence = "This way to reach the person is not kept any more. Look for another one."


class NoSuchPerson(Refusal):
    code = "identity.no-such-person"
    kind = Kind.MISSING
    sentence = "There is no such person here. Go back to the list and choose again."


class NoSuchGrant(Refusal):
    code = "identity.no-such-grant"
    kind = Kind.MISSING
    sentence = "There is no such role to end. Reload the page of the person."


class NotTheirsToGive(Refusal):
    code = "identity.not-theirs-to-give"
    kind = Kind.FORBIDDEN
    sentence = (
        "You may give the roles of clerk and officer in the units you lead. "
        "Ask an administrator for other roles."
    )


class RoleNeedsUnit(Refusal):
    code = "identity.role-needs-unit"
    kind = Kind.INVALID
    sentence = "Clerks, officers and unit leads work in a unit. Choose the unit."


class RoleNeedsNoUnit(Refusal):
    code = "identity.role-needs-no-unit"
    kind = Kind.INVALID
    sentence = "Dispatchers and administrators work for the whole city. Leave the unit empty."


class NotGiven(Refusal):
    code = "identity.not-given"
    kind = Kind.INVALID
    sentence = "Every resident has this role already. Choose a role of the staff."


class EndsBeforeItBegins(Refusal):
    code = "identity.ends-before-it-begins"
    kind = Kind.INVALID
    sentence = "The role would end before it begins. Choose a later day, or leave the end open."


class BeginsInThePast(Refusal):
    code = "identity.begins-in-the-past"
    kind = Kind.INVALID
    sentence = "A role cannot begin in the past. Choose today or a later day, or leave it empty."


class AlreadyHolds(Refusal):
    code = "identity.already-holds"
    kind = Kind.CONFLICT
    sentence = "The person holds this role already. End it first if you want to change its days."


class LastAdministrator(Refusal):
    code = "identity.last-administrator"
    kind = Kind.CONFLICT
    sentence = (
        "This is the last administrator. Make somebody else an administrator first, without an end."
    )


class NoReason(Refusal):
    code = "identity.no-reason"
    kind = Kind.INVALID
    sentence = "Say in a few words why. The reason is kept, and can be asked for."


class NoName(Refusal):
    code = "identity.no-name"
    kind = Kind.INVALID
    sentence = "Write the name of the person, with at most {longest} characters."


class LinkUsedUp(Refusal):
    code = "identity.link-used-up"
    kind = Kind.MISSING
    sentence = (
        "This link does not work any more: it was used already, or is older than 20 minutes. "
        "Ask for a new one."
    )

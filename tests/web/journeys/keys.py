"""Somebody who has a keyboard only, and sees where the focus is."""

from playwright.sync_api import Locator, Page, expect

MOST = 120  # presses of Tab before something counts as out of reach
# What marks the focus: an outline that is not see-through, a shadow, or those of its label's box.
WHERE = """() => {
  const it = document.activeElement;
  if (!it || it === document.body || it === document.documentElement) return null;
  const drawn = (style) =>
    (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 &&
      style.outlineColor !== "rgba(0, 0, 0, 0)") || style.boxShadow !== "none";
  const label = it.labels?.[0];
  const marks = [getComputedStyle(it)];
  if (label) marks.push(getComputedStyle(label, "::before"));
  const box = (label && it.matches("[type=radio], [type=checkbox]") ? label : it)
    .getBoundingClientRect();
  if (!it.dataset.stop) it.dataset.stop = String(window.stops = (window.stops ?? 0) + 1);
  return {
    name: [it.tagName, it.id, it.name, it.textContent.trim().slice(0, 40)].join(" "),
    stop: it.dataset.stop,
    shown: marks.some(drawn),
    seen: box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight,
  };
}"""


# Lets go of the focus and of the place where the browser would go on from.
FROM_THE_TOP = """() => {
  document.activeElement.blur();
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
}"""


class Keys:
    """Presses keys, and notes every stop at which nobody could see where the focus is."""

    def __init__(self, page: Page) -> None:
        self.page, self.unseen = page, list[str]()

    def stop(self) -> str:
        """Say at which element the focus is; nothing when it has left the page."""
        where = self.page.evaluate(WHERE)
        if where is None:
            return ""
        if not (where["shown"] and where["seen"]):
            self.unseen.append(f"{self.page.url}: {where['name']}")
        return str(where["stop"])

    def tab_to(self, wanted: Locator, key: str = "Tab") -> None:
        """Go on until this has the focus; a stop that does not let go is a trap."""
        expect(wanted).to_be_attached()
        before = self.stop()
        for _press in range(MOST):
            if wanted.evaluate("it => it === document.activeElement"):
                return
            self.page.keyboard.press(key)
            here = self.stop()
            assert not here or here != before, f"trapped at {here} on {self.page.url}"
            before = here
        raise AssertionError(f"out of reach by keyboard: {wanted}")

    def press(self, wanted: Locator, key: str = "Enter") -> None:
        """Go to something and press it."""
        self.tab_to(wanted)
        self.page.keyboard.press(key)

    def go(self, wanted: Locator, key: str = "Enter") -> None:
        """Go to something that leads to another page, and press it."""
        self.tab_to(wanted)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def write(self, wanted: Locator, text: str) -> None:
        """Go to a field and write."""
        self.tab_to(wanted)
        self.page.keyboard.type(text)

    def round(self) -> int:
        """Walk all stops of the page once, forward and back; count them."""
        self.page.evaluate(FROM_THE_TOP)
        forward = self._walk("Tab")
        back = self._walk("Shift+Tab")
        assert abs(forward - back) <= 1, f"{forward} stops forward, {back} back on {self.page.url}"
        return forward

    def _walk(self, key: str) -> int:
        seen: set[str] = set()
        for _press in range(MOST):
            self.page.keyboard.press(key)
            here = self.stop()
            if not here or here in seen:
                return len(seen)
            seen.add(here)
        raise AssertionError(f"no end of stops on {self.page.url}")

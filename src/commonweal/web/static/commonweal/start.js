// Small helps on every page. Everything works without them; all words come from the page.

import { Button, Checkboxes, ErrorSummary, Radios, SkipLink, createAll } from "../vendor/govuk-frontend.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

function enliven(part) {
  for (const component of [Button, Checkboxes, ErrorSummary, Radios]) {
    createAll(component, undefined, { scope: part, onError: () => {} }); // what is alive already stays
  }
  part.querySelectorAll('[data-module="cw-count"]').forEach(count);
}

// Says how many characters are left, aloud only when the writer pauses.
function count(group) {
  const text = group.querySelector("textarea");
  const shown = group.querySelector("[data-count-message]");
  if (!text || !shown || shown.dataset.counting) return;
  shown.dataset.counting = "yes";
  const spoken = document.createElement("span");
  spoken.className = "govuk-visually-hidden";
  spoken.setAttribute("aria-live", "polite");
  shown.after(spoken);
  const most = Number(group.dataset.count);
  let pause;
  const tell = () => {
    const left = most - [...text.value.replace(/\r?\n/g, "\r\n")].length;
    const words = left < 0 ? group.dataset.over : group.dataset.left;
    shown.textContent = words.replace("{number}", String(Math.abs(left)));
    shown.classList.toggle("govuk-error-message", left < 0);
    clearTimeout(pause);
    pause = setTimeout(() => { spoken.textContent = text.value ? shown.textContent : ""; }, 1200);
  };
  text.addEventListener("input", tell);
  tell();
}

createAll(SkipLink);
enliven(document);

// Parts of a page that were exchanged come alive like the page did; errors in them take the focus.
document.addEventListener("htmx:afterSettle", (event) => {
  const part = event.detail?.elt ?? document;
  enliven(part.parentElement ?? document);
});

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
  if (button.dataset.print === "first") button.focus();
});

if (document.querySelector("form[data-draft], [data-draft-sent]")) import("./draft.js");

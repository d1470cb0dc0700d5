// Keeps what somebody writes on their own device until it has arrived.
//
// <form data-draft="report"
//       data-draft-restored="What you wrote before is here again. Photos must be chosen again."
//       data-draft-discard="Start with an empty form"
//       data-draft-offline="There is no connection. What you wrote is kept: send it when you are online."
//       data-draft-online="The connection is back. You can send now.">
// A page that says "received" carries <... data-draft-sent="report">: it forgets the draft.
// Fields marked data-draft-skip, hidden fields, passwords, codes and files are never kept.

const KEEP_MS = 3 * 24 * 60 * 60 * 1000;
const PREFIX = "commonweal-draft:";
const SKIPPED = ["hidden", "password", "file", "submit", "button", "image", "reset"];

const store = (() => {
  try {
    localStorage.setItem(PREFIX, "");
    localStorage.removeItem(PREFIX);
    return localStorage;
  } catch {
    return null;
  }
})();

function fieldsOf(form) {
  return [...form.elements].filter(
    (field) =>
      field.name &&
      "value" in field &&
      !SKIPPED.includes(field.type) &&
      field.autocomplete !== "one-time-code" &&
      !field.closest("[data-draft-skip]"),
  );
}

const isChoice = (field) => field.type === "radio" || field.type === "checkbox";

function valuesOf(form) {
  const kept = {};
  for (const field of fieldsOf(form)) {
    if (isChoice(field)) {
      kept[field.name] ??= [];
      if (field.checked) kept[field.name].push(field.value);
    } else {
      (kept[field.name] ??= []).push(field.value);
    }
  }
  return kept;
}

// What the server put into the form, before anybody typed.
function shownIn(form) {
  const shown = {};
  for (const field of fieldsOf(form)) {
    shown[field.name] ??= [];
    if (isChoice(field)) {
      if (field.defaultChecked) shown[field.name].push(field.value);
    } else if (field.tagName === "SELECT") {
      shown[field.name].push([...field.options].find((one) => one.defaultSelected)?.value ?? "");
    } else {
      shown[field.name].push(field.defaultValue);
    }
  }
  return shown;
}

const same = (one, other) => JSON.stringify(one ?? []) === JSON.stringify(other ?? []);

function read(key) {
  try {
    const draft = JSON.parse(store.getItem(key));
    return draft && Date.now() - draft.at < KEEP_MS ? draft : null;
  } catch {
    return null;
  }
}

// A draft is put back only over what the page showed when it was begun: a page that shows
// something newer (a form that came back with errors) stands above the draft.
function restore(form, { values, shown = {} }) {
  let changed = false;
  const used = {};
  const now = shownIn(form);
  for (const field of fieldsOf(form)) {
    const kept = values[field.name];
    if (!kept || !(same(now[field.name], shown[field.name]) || same(now[field.name], kept.map(() => "")))) continue;
    if (isChoice(field)) {
      if (field.checked !== kept.includes(field.value)) {
        field.checked = kept.includes(field.value);
        changed = true;
      }
    } else {
      const position = (used[field.name] = (used[field.name] ?? -1) + 1);
      const text = kept[position] ?? "";
      if (text && field.value !== text) {
        field.value = text;
        changed = true;
      }
    }
  }
  if (changed) form.dispatchEvent(new Event("input", { bubbles: true }));
  return changed;
}

function noticeOf(form) {
  const notice = document.createElement("div");
  notice.className = "cw-draft";
  notice.hidden = true;
  notice.setAttribute("role", "status");
  form.prepend(notice);
  return notice;
}

function say(notice, words, button) {
  notice.replaceChildren(document.createTextNode(words ?? ""));
  if (button) notice.append(" ", button);
  notice.hidden = !words;
}

function keep(form) {
  const key = PREFIX + form.dataset.draft;
  const notice = noticeOf(form);
  const draft = read(key);
  if (draft && restore(form, draft)) {
    const discard = document.createElement("button");
    discard.type = "button";
    discard.className = "cw-tools__link";
    discard.textContent = form.dataset.draftDiscard ?? "";
    discard.addEventListener("click", () => {
      store.removeItem(key);
      form.reset();
      say(notice, "");
      fieldsOf(form)[0]?.focus();
    });
    say(notice, form.dataset.draftRestored, form.dataset.draftDiscard && discard);
  }
  let pause;
  const write = () => {
    clearTimeout(pause);
    try {
      store.setItem(key, JSON.stringify({ at: Date.now(), values: valuesOf(form), shown: shownIn(form) }));
    } catch {
      // a full or forbidden store: the form still works
    }
  };
  const soon = () => {
    clearTimeout(pause);
    pause = setTimeout(write, 400);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", (event) => {
    write();
    if (!navigator.onLine) {
      event.preventDefault();
      event.stopImmediatePropagation();
      say(notice, form.dataset.draftOffline);
      notice.scrollIntoView({ block: "center" });
    }
  }, true);
  window.addEventListener("offline", () => say(notice, form.dataset.draftOffline));
  window.addEventListener("online", () => say(notice, form.dataset.draftOnline));
}

if (store) {
  for (const sent of document.querySelectorAll("[data-draft-sent]")) {
    const start = PREFIX + sent.dataset.draftSent;
    Object.keys(store)
      .filter((key) => key === start || key.startsWith(start + "/"))
      .forEach((key) => store.removeItem(key));
  }
  document.querySelectorAll("form[data-draft]").forEach(keep);
}

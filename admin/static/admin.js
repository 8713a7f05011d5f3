// Comforts on top of pages that work without it: shortcuts, the row under the cursor, the live count of a reply.
"use strict";

const page = document;
const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;
const rows = () => Array.from(page.querySelectorAll("[data-row]"));
let here = -1;
let waitsForGo = false;

function moveTo(index) {
  const all = rows();
  if (all.length === 0) return;
  here = Math.max(0, Math.min(index, all.length - 1));
  all.forEach((row, at) => row.classList.toggle("is-here", at === here));
  all[here].scrollIntoView({ block: "nearest" });
  const link = all[here].querySelector("[data-open], a, button");
  if (link) link.focus({ preventScroll: true });
}

function rowInFocus() {
  const row = page.activeElement && page.activeElement.closest("[data-row]");
  return row ? rows().indexOf(row) : here;
}

function openHelp() {
  const dialog = page.getElementById("shortcuts");
  if (dialog && !dialog.open) dialog.showModal();
}

function follow(selector) {
  const link = page.querySelector(selector);
  if (link) link.click();
}

function focusOn(selector) {
  const field = page.querySelector(selector);
  if (field) field.focus();
  return field !== null;
}

const actions = {
  j: () => moveTo(rowInFocus() + 1),
  k: () => moveTo(rowInFocus() - 1),
  "?": openHelp,
  "/": () => focusOn("[data-search]"),
  r: () => focusOn('[data-key="r"]'),
  n: () => focusOn('[data-key="n"]'),
  s: () => focusOn('[data-key="s"]'),
  a: () => follow('[data-key-click="a"]'),
  u: () => follow("[data-up]"),
  z: () => follow("[data-undo]"),
};

function onKey(event) {
  if (event.key === "Escape" && typing(event.target)) event.target.blur();
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
    event.preventDefault();
    event.target.form.requestSubmit(event.target.form.querySelector("button"));
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || page.querySelector("dialog[open]")) return;
  if (waitsForGo) {
    waitsForGo = false;
    follow(`[data-go="${CSS.escape(event.key)}"]`);
    event.preventDefault();
  } else if (event.key === "g") {
    waitsForGo = true;
    setTimeout(() => { waitsForGo = false; }, 1500);
  } else if (Object.hasOwn(actions, event.key)) {
    event.preventDefault();
    actions[event.key]();
  }
}

async function count(form, shown) {
  const body = new FormData();
  body.set("text", form.elements.text.value);
  body.set("csrf_token", form.elements.csrf_token.value);
  const answer = await fetch(form.dataset.count, { method: "POST", body, redirect: "error" });
  if (!answer.ok) return;
  const counted = await answer.json();
  const messages = counted.segments === 1 ? "1 message" : `${counted.segments} messages`;
  shown.textContent = `${messages} · ${counted.units} characters (${counted.encoding})`;
  shown.classList.toggle("is-long", counted.segments > 3);
}

function countWhileTyping() {
  const form = page.getElementById("reply");
  const shown = page.getElementById("reply-count");
  if (!form || !shown) return;
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => count(form, shown).catch(() => { shown.textContent = "Preview shows how many messages it takes."; }), 250);
  };
  form.elements.text.addEventListener("input", later);
  if (!form.elements.text.value) shown.textContent = "The number of messages appears here while you write.";
}

page.addEventListener("keydown", onKey);
page.querySelectorAll(".needs-script").forEach((part) => { part.hidden = false; });
page.querySelectorAll("[data-help]").forEach((button) => button.addEventListener("click", openHelp));
countWhileTyping();

// The chat works without this file. With it, answers appear by themselves and nothing reloads.
"use strict";
(() => {
  const say = document.getElementById("say");
  const exit = document.getElementById("exit");
  const box = document.getElementById("message");
  const live = { "X-Openline-Live": "1" };
  let tag = "";
  let timer = 0;
  let since = Date.now();
  let busy = false;
  let more = false;

  const lines = () => document.getElementById("lines");
  const waiting = () => lines().dataset.waiting === "yes";
  const toEnd = () => window.scrollTo(0, document.documentElement.scrollHeight);

  function show(html) {
    const before = lines().textContent;
    lines().outerHTML = html;
    if (lines().querySelector("li")) document.querySelectorAll(".intro, details").forEach((part) => part.remove());
    if (lines().textContent !== before) toEnd();
  }

  function bubble(kind, text) {
    const item = document.createElement("li");
    const words = document.createElement("p");
    item.className = kind;
    words.dir = "auto";
    words.textContent = text;
    item.append(words);
    lines().querySelector("ol").append(item);
    return item;
  }

  function add(text) {
    const items = [bubble("hers", text), bubble("ours waiting", document.body.dataset.working)];
    lines().querySelectorAll(".options, .note").forEach((part) => part.remove());
    toEnd();
    return items;
  }

  function note(text) {
    const line = document.createElement("p");
    line.className = "note";
    line.setAttribute("role", "alert");
    line.textContent = text;
    lines().querySelectorAll(".note").forEach((part) => part.remove());
    lines().append(line);
    toEnd();
  }

  function nextTurn() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    say.elements.turn.value = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function send(choice) {
    const form = new FormData(say);
    const text = choice ? choice.textContent.trim() : box.value;
    if (choice) form.set("choice", choice.value);
    const options = lines().querySelector(".options");
    const items = add(text);
    if (!choice) box.value = "";
    busy = true;
    try {
      const answer = await fetch(say.action, { method: "POST", body: new URLSearchParams(form), headers: live });
      if (!answer.headers.get("Content-Type")?.startsWith("text/html")) throw new Error();
      tag = answer.headers.get("ETag") || "";
      show(await answer.text());
      if (answer.ok) nextTurn();
      else if (!choice) box.value = text;
    } catch {
      // The same turn goes with the next try, so nothing is said twice.
      items.forEach((item) => item.remove());
      if (options) lines().querySelector("ol").after(options);
      if (!choice) box.value = text;
      note(document.body.dataset.offline);
    }
    busy = false;
    since = Date.now();
    plan();
    // She sent something else while this was on its way.
    if (more && box.value.trim()) say.requestSubmit();
    more = false;
  }

  async function news() {
    try {
      const answer = await fetch(document.body.dataset.news, {
        headers: tag ? { ...live, "If-None-Match": tag } : live,
        cache: "no-store",
      });
      if (answer.status === 200 && !busy) {
        tag = answer.headers.get("ETag") || "";
        show(await answer.text());
        since = Date.now();
      }
    } catch { /* the next round tries again */ }
    plan();
  }

  function plan() {
    clearTimeout(timer);
    if (document.hidden || busy) return;
    const idle = Date.now() - since;
    timer = setTimeout(news, waiting() ? 1500 : idle < 60000 ? 4000 : idle < 600000 ? 10000 : 30000);
  }

  say.addEventListener("submit", (event) => {
    event.preventDefault();
    if (busy) {
      more = true;
      return;
    }
    const choice = event.submitter?.name === "choice" ? event.submitter : null;
    if (choice || box.value.trim()) send(choice);
    else box.focus();
  });
  box.addEventListener("keydown", (event) => {
    const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing && matchMedia("(pointer: fine)").matches;
    if (!sends) return;
    event.preventDefault();
    say.requestSubmit();
  });
  exit.addEventListener("submit", (event) => {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(exit));
    document.body.replaceChildren();
    document.title = "…";
    fetch(exit.action, { method: "POST", body, keepalive: true, redirect: "manual" });
    location.replace(exit.dataset.to);
  });
  document.addEventListener("visibilitychange", plan);
  // A page that the browser kept for its back button may be somebody else's by now.
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  if (lines().querySelector("li")) toEnd();
  plan();
})();

// Shows the last text, and looks for answers of advisors while the page is open and nothing is being typed.
"use strict";
const texts = document.getElementById("texts");
texts.scrollTop = texts.scrollHeight;
setInterval(async () => {
  if (document.hidden) return;
  const page = new DOMParser().parseFromString(await (await fetch(location.href, { cache: "no-store" })).text(), "text/html");
  const fresh = page.getElementById("texts");
  if (fresh.innerHTML === texts.innerHTML) return;
  texts.replaceChildren(...fresh.children);
  texts.scrollTop = texts.scrollHeight;
}, 4000);

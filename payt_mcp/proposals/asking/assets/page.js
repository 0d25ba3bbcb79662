// Shows what changes as it happens; without it the page works, and is read again with the browser's own button.
"use strict";
let known = document.body.dataset.changes;
let gone = 0;
async function look() {
  try {
    const answer = await fetch("changes", { cache: "no-store" });
    if (!answer.ok) throw new Error("closed");
    const { changes } = await answer.json();
    gone = 0;
    if (String(changes) !== known) {
      const page = await (await fetch("./", { cache: "no-store" })).text();
      const next = new DOMParser().parseFromString(page, "text/html");
      const focused = document.activeElement && document.activeElement.id;
      document.querySelector("main").replaceWith(next.querySelector("main"));
      if (focused && document.getElementById(focused)) document.getElementById(focused).focus();
      document.title = next.title;
      known = next.body.dataset.changes;
    }
  } catch {
    gone += 1;
    if (gone > 3) {
      document.getElementById("live").textContent =
        "This page has closed. Nothing more happens here; new proposals open a new page.";
      document.querySelectorAll("button").forEach((button) => { button.disabled = true; });
      return;
    }
  }
  setTimeout(look, 1000);
}
document.addEventListener("submit", (event) => {
  setTimeout(() => event.target.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0);
});
setTimeout(look, 1000);

// Shows what changes as it happens; without it the page works, and is read again with the browser's own button.
// A card keeps its place and its height until the page is read anew: what lies under the pointer stays what it was.
"use strict";
let known = document.body.dataset.changes;
const SAYS = JSON.parse(document.body.dataset.words);
const CHANGES = document.body.dataset.look || "changes";
const PAUSE = Number(document.body.dataset.pause || 1000);
let gone = 0;
let looking = 0;
const drawn = new Map([...document.querySelectorAll("article")].map((card) => [card.id, card.innerHTML]));

function hold(card, height) {
  card.style.height = `${height}px`;
  card.classList.add("held");
}

function put(card) {
  const old = document.getElementById(card.id);
  const told = card.innerHTML;
  if (old && drawn.get(card.id) === told) return;
  drawn.set(card.id, told);
  if (!old) {
    document.querySelector("main").append(card);
    return;
  }
  const focused = old.contains(document.activeElement) && document.activeElement.id;
  hold(card, old.getBoundingClientRect().height);
  old.replaceWith(card);
  if (focused && document.getElementById(focused)) document.getElementById(focused).focus();
}

// The list lies over the page at a place of its own: what is in it moves nothing. What is ticked stays ticked.
function list(next) {
  const old = document.getElementById("index");
  const made = next.getElementById("index");
  const ticked = new Set([...old.querySelectorAll("input:checked")].map((box) => box.value));
  made.querySelectorAll("input").forEach((box) => { box.checked = ticked.has(box.value); });
  const folder = made.querySelector("details");
  if (folder) folder.open = Boolean(old.querySelector("details")?.open);
  const panel = made.querySelector("form");
  const height = old.querySelector("form")?.offsetHeight;
  if (panel && height) panel.style.height = `${height}px`;
  old.replaceWith(made);
}

function draw(next) {
  const main = document.querySelector("main");
  const cards = [...next.querySelectorAll("article")];
  const alert = next.getElementById("alert");
  document.getElementById("alert")?.remove();
  if (alert) main.prepend(alert);
  if (cards.length) document.getElementById("nothing")?.remove();
  list(next);
  const shown = new Set(cards.map((card) => card.id));
  cards.forEach(put);
  if (!alert) {
    main.querySelectorAll("article").forEach((card) => {
      if (!shown.has(card.id)) card.querySelectorAll("button").forEach((button) => { button.disabled = true; });
    });
  }
  document.title = next.title;
  rest();
}

async function renew() {
  const answer = await fetch(CHANGES, { cache: "no-store" });
  if (!answer.ok) throw new Error("closed");
  const { changes } = await answer.json();
  gone = 0;
  if (String(changes) === known) return;
  const page = await (await fetch(location.href, { cache: "no-store" })).text();
  const next = new DOMParser().parseFromString(page, "text/html");
  draw(next);
  known = next.body.dataset.changes;
}

async function look() {
  clearTimeout(looking);
  try {
    await renew();
  } catch {
    gone += 1;
    if (gone > 3) return end();
  }
  looking = setTimeout(look, PAUSE);
}

function end() {
  document.getElementById("live").textContent = SAYS.closed;
  document.querySelectorAll("button").forEach((button) => { button.disabled = true; });
}

// The click is answered where it was made: by what was decided, in the place of its buttons.
function answered(form, button) {
  const card = form.closest("article");
  const told = document.createElement("p");
  told.className = "told";
  if (!card) return told;
  hold(card, card.getBoundingClientRect().height);
  told.textContent = SAYS.passed.replace("{told}", () => button.dataset.told);
  form.replaceChildren(told);
  drawn.set(card.id, "");
  rest();
  return told;
}

async function decide(form, button) {
  const fields = new URLSearchParams(new FormData(form, button)).toString();
  const told = answered(form, button);
  let answer = null;
  try {
    answer = await fetch(form.getAttribute("action"), {
      method: "POST", body: fields, redirect: "manual", headers: { "Content-Type": "application/x-www-form-urlencoded" },
    });
  } catch { /* the page has closed, and says so */ }
  if (!answer || answer.status >= 400) {
    told.textContent = SAYS.refused.replace("{told}", () => button.dataset.told);
  }
  known = "";
  look();
}

document.addEventListener("submit", (event) => {
  if (!event.submitter) return;
  event.preventDefault();
  decide(event.target, event.submitter);
});
looking = setTimeout(look, PAUSE);

// A click means what lay under the pointer when the person put it there: buttons rest for a second after anything moved,
// and one that came to lie under a pointer at rest takes no click before the pointer moves. A click that is not taken is
// told so. The keyboard needs no rest: it stays on its button wherever that is.
"use strict";
const REST = 1000;
const STEADY = 4;
let resting = true;
let pointer = null;
let under = ""; // the button that the person put the pointer on, wherever that is by now
let held = null;
let waking = 0;

function contains(box, { x, y }) {
  return box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
}

function buttons() {
  return [...document.querySelectorAll("button, [role=button]")];
}

function named(button) {
  return button ? button.id || button.textContent : "";
}

// By boxes: a button that rests is no target of the pointer.
function pointedAt() {
  return pointer && buttons().find((one) => contains(one.getBoundingClientRect(), pointer));
}

// A button that is gone while its click is answered comes back: the pointer was put on it all the same.
function aim() {
  const found = pointedAt();
  if (found || buttons().some((one) => named(one) === under)) under = named(found);
}

// To be called after every change of what is shown.
function rest() {
  resting = true;
  document.body.classList.add("resting");
  clearTimeout(waking);
  waking = setTimeout(() => {
    resting = false;
    document.body.classList.remove("resting");
  }, REST);
  const found = named(pointedAt());
  if (found && found !== under) held = pointer;
}

function pointed(event) {
  pointer = { x: event.clientX, y: event.clientY };
  if (held && Math.hypot(pointer.x - held.x, pointer.y - held.y) > STEADY) held = null;
  aim();
}

// Beside the pointer, where the person looks; nothing moves for it, and it takes no click.
function tell() {
  const told = document.createElement("p");
  told.className = "untaken";
  told.setAttribute("role", "alert");
  told.textContent = SAYS.untaken;
  document.body.append(told);
  const { width, height } = told.getBoundingClientRect();
  const below = pointer.y + 24;
  told.style.left = `${Math.max(0, Math.min(pointer.x, innerWidth - width))}px`;
  told.style.top = `${below + height < innerHeight ? below : Math.max(0, pointer.y - 24 - height)}px`;
}

addEventListener("pointermove", pointed, true);
addEventListener("pointerdown", (event) => {
  document.querySelectorAll(".untaken").forEach((told) => told.remove());
  pointed(event);
}, true);
addEventListener("scroll", aim, true);
addEventListener("click", (event) => {
  if (event.detail === 0 || !(event.target instanceof Element)) return;
  const button = event.target.closest("button");
  if (button && !held && !resting) return;
  if (button) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
  const meant = button || pointedAt(); // behind one that rests lies what holds it; what lies over one was meant itself
  if (meant && !meant.disabled && (button || event.target.contains(meant))) tell();
}, true);
// What moves for another reason: letters that load, a window that is made smaller, what a person folds out.
new ResizeObserver(rest).observe(document.body);
rest();

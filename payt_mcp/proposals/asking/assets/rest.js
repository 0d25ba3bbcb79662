// A click means what lay under the pointer when the person put it there: buttons rest for a second after anything moved,
// and one that came to lie under a pointer at rest takes no click before the pointer moves. The keyboard needs no rest:
// it stays on its button wherever that is.
"use strict";
const REST = 1000;
const STEADY = 4;
let awake = 0;
let pointer = null;
let under = ""; // the button that the person put the pointer on, wherever that is by now
let held = null;
let waking = 0;

function contains(box, { x, y }) {
  return box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
}

// By boxes: a button that rests is no target of the pointer.
function pointedAt() {
  const found = pointer && [...document.querySelectorAll("button, [role=button]")]
    .find((one) => contains(one.getBoundingClientRect(), pointer));
  return found ? found.id || found.textContent : "";
}

// To be called after every change of what is shown.
function rest() {
  awake = performance.now() + REST;
  document.body.classList.add("resting");
  clearTimeout(waking);
  waking = setTimeout(() => document.body.classList.remove("resting"), REST);
  const found = pointedAt();
  if (found && found !== under) held = pointer;
}

function pointed(event) {
  pointer = { x: event.clientX, y: event.clientY };
  if (held && Math.hypot(pointer.x - held.x, pointer.y - held.y) > STEADY) held = null;
  under = pointedAt();
}

addEventListener("pointermove", pointed, true);
addEventListener("pointerdown", pointed, true);
addEventListener("scroll", () => { under = pointedAt(); }, true);
addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("button");
  if (!button || event.detail === 0 || (!held && performance.now() >= awake)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
// What moves for another reason: letters that load, a window that is made smaller, what a person folds out.
new ResizeObserver(rest).observe(document.body);
rest();

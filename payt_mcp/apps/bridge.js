// The page's side of MCP Apps: JSON-RPC with the host over postMessage.
const SAYS = JSON.parse(document.body.dataset.words);
const waiting = new Map();
let lastId = 0;

function post(message) {
  window.parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
}

function request(method, params) {
  lastId += 1;
  post({ id: lastId, method, params });
  return new Promise((resolve, reject) => waiting.set(lastId, { resolve, reject }));
}

function element(tag, options, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(options || {})) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== "" && child !== null && child !== undefined));
  return made;
}

function svg(tag, options) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(options)) made.setAttribute(name, value);
  return made;
}

// Amounts stay text: only digits are grouped.
function grouped(amount) {
  const [whole, cents] = String(amount).split(".");
  const [comma, point] = SAYS.signs;
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, comma) + (cents === undefined ? "" : point + cents);
}

// A sentence of ours, filled: `told(SAYS.days, { days: 30 })`.
function told(template, values) {
  return template.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

function words(code) {
  return SAYS.codes[code] || String(code || "").replaceAll("_", " ");
}

function show(...children) {
  const app = document.getElementById("app");
  const before = document.querySelector(".all");
  if (before) before.remove();
  app.classList.remove("folded");
  app.replaceChildren(...children);
  fold();
  rest();
}

// The host's own colours and letters, where it tells them: names of style variables and their values, nothing to load.
function inTheme(context) {
  const style = document.documentElement.style;
  if (context && context.theme) style.colorScheme = context.theme;
  for (const [name, value] of Object.entries((context && context.styles && context.styles.variables) || {})) {
    if (name.startsWith("--") && typeof value === "string" && !/url\(/i.test(value)) style.setProperty(name, value);
  }
}

const FIRST = 500;

// What is higher than an assistant shows at first is folded, behind a button that shows all of it. Of a proposal only its
// text is, in a box that scrolls: the warnings before it and the decision after it stay in sight.
function fold() {
  const app = document.getElementById("app");
  const text = app.querySelector("div.whole");
  const over = document.documentElement.scrollHeight - FIRST;
  if (over <= 0) return;
  const button = element("a", { class: "all", role: "button", tabindex: "0" }, SAYS.all);
  if (text) text.style.maxHeight = `${Math.max(96, text.clientHeight - over - 60)}px`;
  else app.classList.add("folded");
  (text || app).after(button);
  const open = () => {
    if (text) text.style.maxHeight = "none";
    app.classList.remove("folded");
    button.remove();
    rest();
  };
  button.addEventListener("click", open);
  button.addEventListener("keydown", (event) => [" ", "Enter"].includes(event.key) && open());
}

function start(onResult) {
  const handlers = {
    "ui/notifications/tool-result": onResult,
    "ui/notifications/host-context-changed": inTheme,
    "ui/notifications/tool-cancelled": () => show(element("p", { class: "soft" }, SAYS.cancelled)),
  };
  window.addEventListener("message", (event) => {
    const message = event.data;
    if (event.source !== window.parent || !message || message.jsonrpc !== "2.0") return;
    if (message.method === undefined) {
      const waiter = waiting.get(message.id);
      waiting.delete(message.id);
      if (!waiter) return;
      if (message.error) waiter.reject(new Error(message.error.message));
      else waiter.resolve(message.result);
    } else if (message.id !== undefined) {
      const known = ["ping", "ui/resource-teardown"].includes(message.method);
      post({ id: message.id, ...(known ? { result: {} } : { error: { code: -32601, message: "Method not found" } }) });
    } else if (handlers[message.method]) {
      handlers[message.method](message.params);
    }
  });
  request("ui/initialize", {
    protocolVersion: "2026-01-26",
    appInfo: { name: "payt-mcp", version: "1" },
    appCapabilities: {},
  }).then((result) => {
    inTheme(result.hostContext);
    post({ method: "ui/notifications/initialized" });
    new ResizeObserver(() => {
      const { height } = document.documentElement.getBoundingClientRect();
      post({ method: "ui/notifications/size-changed", params: { height: Math.ceil(height) } });
    }).observe(document.documentElement);
  });
}

// An answer without figures, such as a refusal, is shown as the sentence it is.
function said(result) {
  const text = (result.content || []).filter((block) => block.type === "text").map((block) => block.text).join("\n");
  return element("section", {}, element("p", { class: "whole" }, text || SAYS.nothing));
}

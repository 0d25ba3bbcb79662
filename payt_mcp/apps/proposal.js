// A proposal: what would be written, what to look out for, and, where this server lets the card decide, yes and no.
const APPROVAL = "io.github.payt-mcp/approval";
const SPOKEN = "io.github.payt-mcp/spoken";
const ENDED_WELL = ["sent", "applied", "unchanged"];
const WAITS = ["awaiting_approval", "confirmation_required", "approved", "sending"];

// Dangers stand above what would happen, plain remarks below it.
function warnings(given, data, danger) {
  const listed = given.warnings || (data.warnings || []).map((text) => ({ text, danger: true }));
  const items = listed.filter((one) => Boolean(one.danger) === danger)
    .map((one) => element("li", { class: danger ? "danger" : "look" }, one.text));
  return items.length ? element("ul", { class: "warnings" }, ...items) : "";
}

// The text of a letter stands behind a line of its own: what wraps in it never looks like a line of ours.
function lines(text) {
  return text.split("\n").map((line) => line.startsWith("  |")
    ? element("div", { class: "quoted" }, line.slice(4) || "\u00a0") : element("div", { class: "line" }, line || "\u00a0"));
}

// Where people sign in to the server itself, the answer names the page of the proposal. What has no preview is a
// colleague's.
function elsewhere(data) {
  const page = /https?:\/\/\S+\/approvals\/p-\w+/.exec(data.next_step || "");
  if (page) return told(SAYS.page, { address: page[0] });
  return data.preview ? SAYS.elsewhere : SAYS.colleague;
}

function decision(data, given) {
  if (!given.secret) return element("p", { class: "soft" }, data.status === "awaiting_approval" ? elsewhere(data) : "");
  const careful = (given.warnings || []).some((one) => one.danger) ? " careful" : "";
  const choices = [["approve", told(SAYS.approve, given)], ["reject", SAYS.reject]];
  const buttons = choices.map(([choice, label]) => {
    const id = `${choice}-${data.proposal_id}`;
    const button = element("button", { type: "button", id, class: choice + careful }, label);
    button.addEventListener("click", async () => {
      buttons.forEach((one) => { one.disabled = true; });
      try {
        const asked = { proposal_id: data.proposal_id, decision: choice, secret: given.secret };
        const done = told(choice === "approve" ? SAYS.done : SAYS.undone, given);
        render(await request("tools/call", { name: "decide_proposal", arguments: asked }), done);
      } catch (error) {
        show(element("section", {}, element("p", {}, told(SAYS.lost, { error: error.message }))));
      }
    });
    return button;
  });
  return element("div", { class: "buttons" }, ...buttons);
}

// A card that was decided on keeps its height: what stands below it in the conversation stays where it is.
function hold() {
  const root = document.documentElement;
  root.style.height = `${Math.ceil(root.getBoundingClientRect().height)}px`;
  root.style.overflow = "auto";
}

// `decided` names what a click on this card decided. Where the person reads another language than the assistant, the
// server says there what the answer says.
function render(result, decided = "") {
  if (decided) hold();
  const data = result.structuredContent;
  if (result.isError || !data || !data.status) return show(said(result));
  const meta = result._meta || {};
  const spoken = meta[SPOKEN] || {};
  const given = { ...spoken, ...meta[APPROVAL] };
  const look = ENDED_WELL.includes(data.status) ? "good" : WAITS.includes(data.status) ? "wait" : "bad";
  return show(element("section", {},
    element("p", {}, element("span", { class: `badge ${look}` }, SAYS[data.status] || words(data.status))),
    decided ? element("p", { role: "status" }, decided) : "",
    element("p", {}, spoken.summary || data.summary),
    element("p", {}, ("reason" in spoken ? spoken.reason : data.reason) || ""),
    warnings(given, data, true),
    given.whole || data.preview ? element("div", { class: "whole" }, ...lines(given.whole || data.preview)) : "",
    warnings(given, data, false),
    decision(data, given),
    element("p", { class: "soft" }, data.proposal_id || "")));
}

start((result) => render(result));

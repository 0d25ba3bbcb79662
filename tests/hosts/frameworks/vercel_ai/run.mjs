// Vercel AI SDK: the tools as its adapter lists them, made strict as its providers do it, and called as it calls them for
// a model. The work is that of common.py.
import { createMCPClient } from "@ai-sdk/mcp";
import { Experimental_StdioMCPTransport as Stdio } from "@ai-sdk/mcp/mcp-stdio";
import { asSchema } from "ai";
import assert from "node:assert/strict";

const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith("PAYT_")));
const [command, ...args] = JSON.parse(process.env.SERVER_COMMAND);
const expected = JSON.parse(process.env.EXPECTED_TOOLS);
const WAYS = {
  stdio: () => new Stdio({ command, args, env }),
  http: () => ({ type: "http", url: process.env.SERVER_URL }),
};
const DEBTORS = { stdio: "10002", http: "10003" };
const INVOICE = {
  invoice_number: "X1", debtor_number: "10002", currency_code: "EUR", invoice_date: "2026-11-01", due_date: "2026-12-01",
  amount_total: "121.00", amount_open: "121.00", book_amount_total: "121.00", book_amount_open: "121.00",
  sent_at: "2026-11-01T08:00:00Z",
  invoice_lines: [{ description: "Werk", vat_rate_code: "H21", total_excl_tax_amount: "100.00" }],
};

// A value of this schema: `given` as far as it goes, and each property there is.
function strictly(schema, given) {
  if (schema.type === "object") {
    const parts = Object.entries(schema.properties);
    return Object.fromEntries(parts.map(([name, part]) => [name, strictly(part, given?.[name])]));
  }
  if (schema.type === "array" && given) return given.map((one) => strictly(schema.items, one));
  if (given !== undefined) return given;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  return { string: "", array: [], boolean: false, integer: schema.minimum ?? 0 }[schema.type];
}

// Every object closed, every property required.
function closed(node) {
  if (node?.type === "object") assert.equal(node.additionalProperties, false);
  if (node && typeof node === "object") Object.values(node).forEach(closed);
}

for (const [way, transport] of Object.entries(WAYS)) {
  const client = await createMCPClient({ transport: transport() });
  const tools = await client.tools();
  assert.deepEqual(Object.keys(tools).sort(), [...expected].sort());
  const schemas = {};
  for (const [name, tool] of Object.entries(tools)) {
    schemas[name] = await asSchema(tool.inputSchema).jsonSchema;
    closed(schemas[name]);
  }
  const asked = async (name, given) => {
    const options = { toolCallId: "1", messages: [] };
    return JSON.stringify(await tools[name].execute(strictly(schemas[name], given), options));
  };
  const overdue = await asked("summarize_overdue", { top: 3 });
  assert.match(overdue, /EUR [\d,]+\.\d\d/);
  const found = await asked("search_invoices", { status: "overdue", limit: 2 });
  assert.match(found, /[\d,]+ overdue invoices found/);
  const letter = { subject: "Openstaande facturen", body: `Wilt u deze betalen? (${way})`, to_debtor: DEBTORS[way] };
  const proposed = await asked("send_message", letter);
  const [, code] = proposed.match(/confirmation_code\W+([\w-]{4,})/);
  assert.match(await asked("send_message", { ...letter, confirmation_code: code }), /status\W+sent/);
  const planned = await asked("upsert_invoices", { invoices: [INVOICE] });
  assert.match(planned, /confirmation_required/);
  assert.match(planned, /1 created/);
  console.log(JSON.stringify({ way, tools: expected.length, letter: "sent", invoice: "proposed" }));
  await client.close();
}

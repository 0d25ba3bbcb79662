// summarize_overdue as figures, bars and a table.
const cents = (amount) => BigInt(String(amount).replace(".", ""));

function figure(name, value) {
  return element("div", {}, element("dt", {}, name), element("dd", {}, value));
}

function bars(data) {
  const amounts = data.buckets.map((bucket) => cents(bucket.amount));
  const longest = amounts.reduce((most, amount) => (amount > most ? amount : most), 0n);
  const total = amounts.reduce((sum, amount) => sum + amount, 0n);
  const rows = data.buckets.map((bucket, at) => {
    const width = longest ? Number((10000n * amounts[at]) / longest) / 100 : 0;
    const share = total ? `${(200n * amounts[at] + total) / (2n * total)}%` : "0%";
    const drawn = svg("svg", { "aria-hidden": "true" });
    drawn.append(svg("rect", { class: `b${at + 1}`, width: `${width}%`, height: "100%" }));
    const beside = element("span", { class: "soft" }, `${share}, ${told(bucket.invoices === 1 ? SAYS.invoice : SAYS.invoices, { number: grouped(bucket.invoices) })}`);
    return element("div", { class: "bar" },
      element("span", {}, told(SAYS.days, bucket)),
      element("span", { class: "track" }, drawn),
      element("span", { class: "amount" }, `${data.currency} ${grouped(bucket.amount)} `, beside));
  });
  return element("div", { class: "bars" }, ...rows);
}

function table(data) {
  const number = { class: "num" };
  const head = element("tr", {}, element("th", {}, SAYS.debtor), element("th", {}, SAYS.name),
    element("th", number, told(SAYS.in, data)), element("th", number, SAYS.oldest),
    element("th", number, SAYS.Invoices), element("th", {}, SAYS.phase), element("th", {}, SAYS.attention));
  const rows = (data.debtors || []).map((debtor) => element("tr", {},
    element("td", { "data-head": SAYS.debtor }, debtor.debtor_number || ""), element("td", {}, debtor.name || ""),
    element("td", number, grouped(debtor.overdue)),
    element("td", { ...number, "data-head": SAYS.oldest }, grouped(debtor.oldest_days)),
    element("td", { ...number, "data-head": SAYS.Invoices }, grouped(debtor.invoices)), element("td", {}, words(debtor.phase)),
    element("td", {}, ...(debtor.attention || []).map((flag) => element("span", { class: "flag" }, words(flag))))));
  return element("div", { class: "scroll" },
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)));
}

start((result) => {
  const data = result.structuredContent;
  if (result.isError || !data || !data.buckets) return show(said(result));
  const listed = (data.debtors || []).length;
  const all = listed === data.debtor_count;
  const notes = (data.notes || []).map((note) => element("li", {}, note));
  const at = `${data.as_of.slice(0, 16).replace("T", ", ")} (UTC${data.as_of.slice(19).replace("Z", "")})`;
  show(element("section", {},
    element("p", { class: "soft" }, told(SAYS.at, { name: data.summary.split(": ")[0], at })),
    element("dl", { class: "figures" },
      figure(SAYS.overdue, `${data.currency} ${grouped(data.overdue_gross)}`),
      figure(SAYS.credits, `${data.currency} ${grouped(data.overdue_credits)}`),
      figure(SAYS.net, `${data.currency} ${grouped(data.overdue_net)}`),
      figure(SAYS.Invoices, grouped(data.invoice_count)),
      figure(SAYS.Debtors, grouped(data.debtor_count))),
    element("h2", {}, SAYS.bars), bars(data),
    element("h2", {}, all ? SAYS.Debtors : told(SAYS.some, { shown: listed, all: grouped(data.debtor_count) })),
    listed ? table(data) : element("p", {}, SAYS.nobody),
    notes.length ? element("ul", { class: "notes" }, ...notes) : ""));
});

// A program that signs in to a team server: node sign_in.mjs PACKAGE URL CALLBACK [DOCUMENT]
// It writes the address that a person opens, reads where their browser ended, and then says what `who` answers, twice:
// the second time with refreshed tokens.
import { createInterface } from "node:readline/promises";

const [name, url, callback, document] = process.argv.slice(2);
const isOld = name === "@modelcontextprotocol/sdk";
const { Client } = await import(isOld ? `${name}/client/index.js` : name);
const { StreamableHTTPClientTransport } = await import(isOld ? `${name}/client/streamableHttp.js` : name);

const kept = {};
const provider = {
  redirectUrl: callback,
  clientMetadataUrl: document,
  clientMetadata: {
    client_name: "Desk",
    redirect_uris: [callback],
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "none",
  },
  state: () => "the-state",
  clientInformation: () => kept.client,
  saveClientInformation: (client) => { kept.client = client; },
  tokens: () => kept.tokens,
  saveTokens: (tokens) => { kept.tokens = tokens; },
  redirectToAuthorization: (address) => console.log(`OPEN ${address}`),
  saveCodeVerifier: (verifier) => { kept.verifier = verifier; },
  codeVerifier: () => kept.verifier,
  saveDiscoveryState: (found) => { kept.found = found; },
  discoveryState: () => kept.found,
};
const transport = () => new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });
const client = () => new Client({ name: "desk", version: "1" }, isOld ? {} : { versionNegotiation: { mode: "auto" } });

async function who() {
  const connected = client();
  await connected.connect(transport());
  const { content } = await connected.callTool({ name: "who", arguments: {} });
  console.log(`WHO ${content[0].text}`);
  await connected.close();
}

const first = transport();
await client().connect(first).then(
  () => { throw new Error("nobody asked who this is"); },
  (error) => { if (!/unauthori[sz]ed/i.test(`${error.name} ${error.constructor.name} ${error.message}`)) throw error; },
);
const lines = createInterface({ input: process.stdin });
const ended = new URL((await lines[Symbol.asyncIterator]().next()).value).searchParams;
if (ended.get("state") !== "the-state") throw new Error("another state came back");
await (isOld ? first.finishAuth(ended.get("code")) : first.finishAuth(ended));
await who();
kept.tokens.access_token = "expired";
await who();
console.log(`CLIENT ${kept.client?.client_id ?? document}`);
process.exit(0);

// A host in a page: the official bridge, an app in a sandboxed frame, and tool calls handed to the test.
import { AppBridge, PostMessageTransport } from "@modelcontextprotocol/ext-apps/app-bridge";

window.showApp = async (html, result, theme) => {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.style.cssText = "border:0;width:100%;height:100vh";
  document.body.replaceChildren(frame);
  const bridge = new AppBridge(null, { name: "test-host", version: "1" }, { serverTools: {} }, {
    hostContext: { theme, displayMode: "inline" },
  });
  window.sizes = [];
  bridge.addEventListener("sizechange", (size) => window.sizes.push(size));
  bridge.oncalltool = (params) => window.callTool(params);
  const ready = new Promise((resolve) => bridge.addEventListener("initialized", resolve));
  await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
  frame.srcdoc = html;
  await ready;
  await bridge.sendToolInput({ arguments: {} });
  await bridge.sendToolResult(result);
  window.bridge = bridge;
};

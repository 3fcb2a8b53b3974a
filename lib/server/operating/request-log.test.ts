import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { processWide } from "../process-wide";
import { createRouteFinder, logRequests, noteLater, REQUEST_ID_HEADER } from "./request-log";

const ID = "3f0e8d3c-6a53-4c1f-9b55-0d4c5a4f7d11";

const routeOf = createRouteFinder({
  staticRoutes: [
    { page: "/", regex: "^/(?:/)?$" },
    { page: "/api/conversations", regex: "^/api/conversations(?:/)?$" },
  ],
  dynamicRoutes: [
    { page: "/api/conversations/[id]", regex: "^/api/conversations/([^/]+?)(?:/)?$" },
    { page: "/api/generations/[id]", regex: "^/api/generations/([^/]+?)(?:/)?$" },
    { page: "/share/[id]", regex: "^/share/([^/]+?)(?:/)?$" },
  ],
});

describe("what the log says of a URL", () => {
  test.each([
    ["/", { route: "/" }],
    ["/?code=letmein", { route: "/" }],
    ["/api/conversations?query=my+secret", { route: "/api/conversations" }],
    [`/api/generations/${ID.toUpperCase()}?shown=4`, { route: "/api/generations/[id]", generationId: ID }],
    ["/api/generations/my-secret", { route: "/api/generations/[id]" }],
    [`/share/${ID}`, { route: "/share/[id]" }],
    ["/_next/static/chunks/abc.js", { route: "file" }],
    ["/icon.svg", { route: "file" }],
    ["/my/secret", { route: "other" }],
    [`/${ID}`, { route: "other" }],
    ["", { route: "other" }],
  ])("%s", (url, expected) => {
    expect(routeOf(url)).toEqual(expected);
  });
});

describe("a note for the line of a request", () => {
  async function requestOf(act: (request: Request, response: ServerResponse) => Promise<void>): Promise<void> {
    logRequests();
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const call = get({ port: (server.address() as AddressInfo).port }).on("error", () => {});
    const [incoming, response] = (await once(server, "request")) as [IncomingMessage, ServerResponse];
    const headers = { [REQUEST_ID_HEADER]: String(incoming.headers[REQUEST_ID_HEADER]) };
    await act(new Request("http://platen.test/", { headers }), response);
    call.destroy();
    server.close();
  }
  const kept = () => processWide("requests", () => new Map()).size;

  test("is in it, when it comes in time", async () => {
    const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    await requestOf(async (request, response) => {
      noteLater(request, Promise.resolve({ outcome: "done" }));
      response.end();
      await vi.waitFor(() => expect(write).toHaveBeenCalledWith(expect.stringContaining('"outcome":"done"')));
    });
    write.mockRestore();
    expect(kept()).toBe(0);
  });

  test("is not kept for a connection that is gone", async () => {
    const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    await requestOf(async (request, response) => {
      response.socket?.destroy();
      await once(response, "close");
      noteLater(request, Promise.resolve({ outcome: "done" }));
      expect(kept()).toBe(0);
    });
    write.mockRestore();
  });
});

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createSocketServer, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { httpFetch } from "./http-fetch";

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

async function serving(serve: Serve): Promise<string> {
  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that writes `bytes` on the socket, whatever it is asked, and hangs up. */
async function saying(bytes: string): Promise<string> {
  const server = createSocketServer((socket: Socket) => {
    socket.once("data", () => socket.end(bytes));
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const bodyOf = (response: Response) => response.body as unknown as AsyncIterable<Uint8Array>;

async function read(response: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bodyOf(response)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** What was read before the body failed, and with what. */
async function readUntilFault(response: Response): Promise<{ text: string; code: unknown }> {
  let text = "";
  try {
    for await (const piece of bodyOf(response)) text += Buffer.from(piece).toString();
  } catch (error) {
    return { text, code: (error as NodeJS.ErrnoException).code };
  }
  return { text, code: undefined };
}

describe("a request", () => {
  test("goes out with its method, its headers and its text, and the answer comes back whole", async () => {
    const url = await serving(async (request, response) => {
      let text = "";
      for await (const piece of request) text += piece;
      const { method, headers } = request;
      response.writeHead(201, { "request-id": "r1", "x-many": ["a", "b"] });
      response.end(JSON.stringify([method, headers["x-one"], headers["content-length"], text]));
    });
    const response = await httpFetch(url, { method: "POST", headers: { "X-One": "1" }, body: "å" });
    expect([response.status, response.ok, response.headers.get("request-id")]).toEqual([201, true, "r1"]);
    expect(response.headers.get("x-many")).toBe("a, b");
    expect(await read(response)).toBe('["POST","1","2","å"]');
  });

  test("is not sent on to another server", async () => {
    const url = await serving((_, response) => response.writeHead(307, { location: "http://127.0.0.1:1/" }).end());
    expect((await httpFetch(url)).status).toBe(307);
  });

  test.each([
    ["nobody listens", "http://127.0.0.1:1"],
    ["the address is none", "nonsense"],
  ])("rejects where %s", async (_, url) => {
    await expect(httpFetch(url)).rejects.toThrow();
  });

  test("rejects an answer that is none", async () => {
    await expect(httpFetch(await saying("HTTP/1.1 999 Odd\r\n\r\n"))).rejects.toThrow(RangeError);
    await expect(httpFetch(await saying("hello\r\n\r\n"))).rejects.toThrow();
  });

  test("that is aborted before an answer rejects and hangs up", async () => {
    const [arrived, hungUp] = [defer(), defer()];
    const url = await serving((request) => {
      request.socket.once("close", hungUp.resolve);
      arrived.resolve();
    });
    const controller = new AbortController();
    const asked = httpFetch(url, { signal: controller.signal });
    await arrived.promise;
    controller.abort();
    await expect(asked).rejects.toMatchObject({ name: "AbortError" });
    await hungUp.promise;
    await expect(httpFetch(url, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("a body", () => {
  test("comes piece by piece, and what came while nobody read is one piece", async () => {
    const wanted = defer();
    const url = await serving(async (_, response) => {
      response.write("1");
      await wanted.promise;
      response.write("2");
      await new Promise((resolve) => setImmediate(resolve));
      response.end("3");
    });
    const response = await httpFetch(url);
    const pieces = bodyOf(response)[Symbol.asyncIterator]();
    expect(Buffer.from((await pieces.next()).value).toString()).toBe("1");
    wanted.resolve();
    let rest = "";
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) rest += Buffer.from(next.value);
    expect(rest).toBe("23");
  });

  test("longer than what may wait arrives whole", async () => {
    const long = "0123456789".repeat(500_000);
    const response = await httpFetch(await serving((_, answer) => answer.end(long)));
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect((await read(response)) === long).toBe(true);
  });

  test.each([
    ["of a known length", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nHello"],
    ["in chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nHello\r\n"],
  ])("%s that is cut gives what came, then fails", async (_, bytes) => {
    expect(await readUntilFault(await httpFetch(await saying(bytes)))).toEqual({ text: "Hello", code: "ECONNRESET" });
  });

  test("without a length ends where the connection does", async () => {
    expect(await read(await httpFetch(await saying("HTTP/1.1 200 OK\r\n\r\nHello")))).toBe("Hello");
  });

  test.each<[string, (response: Response, controller: AbortController) => Promise<unknown>]>([
    ["whose reader leaves", async (response) => bodyOf(response)[Symbol.asyncIterator]().return?.()],
    ["that is aborted", async (_, controller) => controller.abort()],
  ])("%s closes the connection", async (_, leave) => {
    const hungUp = defer();
    const url = await serving((request, response) => {
      request.socket.once("close", hungUp.resolve);
      response.write("1");
    });
    const controller = new AbortController();
    const response = await httpFetch(url, { signal: controller.signal });
    await leave(response, controller);
    await hungUp.promise;
    expect((await readUntilFault(response)).code).toBe("ECONNRESET");
  });
});

function defer() {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

import { expect, test, vi } from "vitest";
import { importedBytes } from "./import-body";

const BOUNDARY = "----x";

async function fileIn(pieces: readonly Uint8Array[]): Promise<string> {
  const body = new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const init = { method: "POST", body, duplex: "half" };
  const headers = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };
  const found: Uint8Array[] = [];
  for await (const bytes of importedBytes(new Request("http://localhost/", { ...init, headers }))) found.push(bytes);
  return Buffer.concat(found).toString();
}

function form(file: string): Buffer {
  const field = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="note"\r\n\r\nnot this\r\n`;
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.json"\r\ncontent-type: x\r\n\r\n`;
  const other = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="b"; filename="b.json"\r\n\r\nnor this\r\n`;
  return Buffer.from(`${field}${head}${file}\r\n${other}--${BOUNDARY}--\r\n`);
}

test("the first file of a form is the same wherever the form is cut, and by byte", async () => {
  const file = `{"a":"\r\n--${BOUNDARY.slice(0, -1)}\r\n--"} 足`;
  const bytes = form(file);
  for (let at = 0; at <= bytes.length; at++) {
    expect(await fileIn([bytes.subarray(0, at), bytes.subarray(at)])).toBe(file);
  }
  expect(await fileIn([...bytes].map((byte) => Uint8Array.of(byte)))).toBe(file);
  expect(await fileIn([form("")])).toBe("");
});

test("a form that breaks off within its file is refused", async () => {
  const bytes = form("abc");
  const end = bytes.indexOf("abc") + 3;
  for (const at of [end - 1, end, end + 3])
    await expect(fileIn([bytes.subarray(0, at)])).rejects.toThrow("not arrive whole");
  await expect(fileIn([bytes.subarray(0, 20)])).rejects.toThrow("holds no file");
});

test("a body of which nothing more comes is given up, and one that comes drop by drop", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
  try {
    for (const dropMs of [undefined, 5_000]) {
      let drops: NodeJS.Timeout | undefined;
      const cancel = vi.fn(() => {
        clearInterval(drops);
        // As under Next, where that waits for the rest to come.
        return new Promise<void>(() => {});
      });
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(form("abc").subarray(0, 40));
          if (dropMs !== undefined) drops = setInterval(() => controller.enqueue(Uint8Array.of(32)), dropMs);
        },
        cancel,
      });
      const headers = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };
      const request = new Request("http://localhost/", {
        method: "POST",
        body,
        headers,
        duplex: "half",
      } as RequestInit);
      const refused = expect(importedBytes(request).next()).rejects.toThrow("not arrive whole");
      await vi.advanceTimersByTimeAsync(60_000);
      await refused;
      expect(cancel).toHaveBeenCalledOnce();
    }
  } finally {
    vi.useRealTimers();
  }
});

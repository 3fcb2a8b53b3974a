import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test("a line is one line of JSON with its time in UTC, whatever is in its fields", async () => {
  vi.stubEnv("LOG_LEVEL", "info");
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((line) => lines.push(String(line)) > 0);
  const { log } = await import("./log");
  const field = '\n{"event":"forged"}\r\n\u2028\u001b[31m"';
  log("warn", "try", { field, count: 7 });
  expect(lines).toHaveLength(1);
  expect(lines[0]?.split(/[\n\r]/)).toEqual([expect.stringContaining("\\u001b"), ""]);
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    level: "warn",
    event: "try",
    field,
    count: 7,
  });
});

test("of an error its class and code are told, never its message", async () => {
  const { errorFields } = await import("./log");
  const error = Object.assign(new TypeError("somebody's words"), { code: "ECONNRESET" });
  expect([errorFields(error), errorFields("somebody's words")]).toEqual([
    { error: "TypeError", code: "ECONNRESET" },
    { error: "string" },
  ]);
});

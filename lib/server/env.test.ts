import { describe, expect, test } from "vitest";
import { faultList, readEnvironment } from "./env";

function faultsOf(variables: Record<string, string>) {
  const result = readEnvironment(variables);
  return "faults" in result ? result.faults : [];
}

function environmentOf(variables: Record<string, string>) {
  const result = readEnvironment(variables);
  if ("faults" in result) throw new Error(result.faults.join("\n"));
  return result.environment;
}

describe("the environment", () => {
  test("needs nothing", () => {
    expect(environmentOf({})).toMatchObject({ port: 3000, dataDir: "./data", stallSeconds: 60, unattendedSeconds: 60 });
  });

  test("takes an empty or blank value as unset", () => {
    expect(environmentOf({ ANTHROPIC_API_KEY: " ", PORT: "" })).toEqual(environmentOf({}));
  });

  test("lets strangers have fewer answers at once than whoever runs it at home", () => {
    expect(environmentOf({}).maxStreamsPerVisitor).toBe(1_000);
    expect(environmentOf({ APP_ORIGIN: "https://chat.example.org" }).maxStreamsPerVisitor).toBe(20);
  });

  test("keeps so much of a stranger, and as much as the owner says of anybody", () => {
    expect(environmentOf({}).maxStoredMegabytesPerVisitor).toBeUndefined();
    expect(environmentOf({ APP_ORIGIN: "https://chat.example.org" }).maxStoredMegabytesPerVisitor).toBe(1_000);
    expect(environmentOf({ MAX_STORED_MB_PER_VISITOR: "20" }).maxStoredMegabytesPerVisitor).toBe(20);
  });

  test("names every fault at once and repeats no secret", () => {
    const faults = faultsOf({
      ANTHROPIC_API_KEY: "sk-ant-canary with a space",
      ANTHROPIC_BASE_URL: "localhost:1234",
      PORT: "70000",
      APP_ORIGIN: "https://chat.example.org/path",
      SESSION_SECRET: "canary-short",
      MAX_STORED_MB_PER_VISITOR: "0",
      STALL_SECONDS: "-1",
      LOG_LEVEL: "loud",
      METRICS_TOKEN: "canary\ntoken",
    });
    expect(faults.map((fault) => fault.split(" ")[0])).toEqual([
      "ANTHROPIC_API_KEY",
      "ANTHROPIC_BASE_URL",
      "PORT",
      "APP_ORIGIN",
      "SESSION_SECRET",
      "MAX_STORED_MB_PER_VISITOR",
      "STALL_SECONDS",
      "LOG_LEVEL",
      "METRICS_TOKEN",
    ]);
    expect(faultList(faults)).not.toContain("canary");
  });

  test("refuses what contradicts itself", () => {
    expect(faultsOf({ MESSAGES_PER_MINUTE: "20", MESSAGES_PER_DAY: "10" })).toHaveLength(1);
    expect(faultsOf({ MAX_STREAMS: "2", MAX_STREAMS_PER_VISITOR: "3" })).toHaveLength(1);
  });

  test("takes no time that a timer cannot wait", () => {
    expect(faultsOf({ UNATTENDED_SECONDS: "2147483", STALL_SECONDS: "2147483" })).toEqual([]);
    expect(faultsOf({ UNATTENDED_SECONDS: "2147484", STALL_SECONDS: "9999999" })).toHaveLength(2);
  });

  test("reads codes with their labels; a code may hold a colon", () => {
    expect(environmentOf({ ACCESS_CODES: " friends:one-two-3 , owner:four:five6 " }).accessCodes).toEqual([
      { label: "friends", code: "one-two-3" },
      { label: "owner", code: "four:five6" },
    ]);
  });

  test.each([
    ["no label", "canary-long-enough"],
    ["an empty label", ":canary-long-enough"],
    ["a short code", "friends:canary"],
    ["no code", "friends:"],
    ["a label twice", "friends:canary-number-one,friends:canary-number-two"],
    ["a code twice", "friends:canary-number-one,family:canary-number-one"],
    ["a trailing comma", "friends:canary-number-one,"],
    ["nothing but commas", ",,"],
  ])("refuses codes with %s, and repeats none", (_, given) => {
    const faults = faultsOf({ ACCESS_CODES: given });
    expect(faults).toHaveLength(1);
    expect(faults[0]).not.toContain("canary");
  });

  test("keeps an origin as a browser writes it", () => {
    expect(environmentOf({ APP_ORIGIN: "https://Chat.Example.org:443/" }).appOrigin).toBe("https://chat.example.org");
  });

  test.each(["1e3", "0x10", "NaN", "Infinity", "12 ", "1,5", "+3"])(
    "PORT %s is a number only if it is plain",
    (given) => {
      expect(faultsOf({ PORT: given }).length).toBe(given.trim() === "12" ? 0 : 1);
    },
  );
});

import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readEnvironment } from "./env";
import { readCookie, sessionSecrets, signSession } from "./session";

const ID = "abcdefghijklmnopqrstuv";
const NOW = 1_800_000_000;
const OLD = "an old secret of some length";
const NEW = "a new secret of some length";

function readValue(value: string, secrets = [NEW, OLD], now = NOW) {
  return readCookie(`other=1; platen=${value}; more=2`, "platen", secrets, now);
}

test("a signed cookie names its visitor", () => {
  expect(readValue(signSession(ID, NOW, [NEW]))).toEqual({ id: ID, isDueForRenewal: false });
});

test("a cookie signed with an old secret is accepted and renewed; with an unknown one it is nobody's", () => {
  expect(readValue(signSession(ID, NOW, [OLD]))).toEqual({ id: ID, isDueForRenewal: true });
  expect(readValue(signSession(ID, NOW, ["somebody else's secret"]))).toBeUndefined();
});

test("a changed, cut or outdated cookie is nobody's", () => {
  const value = signSession(ID, NOW, [NEW]);
  expect(readValue(value.replace("a", "b"))).toBeUndefined();
  expect(readValue(value.slice(0, -1))).toBeUndefined();
  expect(readValue("")).toBeUndefined();
  expect(readValue(value, [NEW], NOW + 401 * 24 * 3600)).toBeUndefined();
  expect(readCookie(null, "platen", [NEW], NOW)).toBeUndefined();
});

test("without a given secret one is made once and kept for its owner's eyes alone", () => {
  const dataDir = join(mkdtempSync(join(tmpdir(), "platen-")), "data");
  const result = readEnvironment({ DATA_DIR: dataDir });
  if ("faults" in result) throw new Error(result.faults.join());
  const made = sessionSecrets(result.environment);
  expect(sessionSecrets(result.environment)).toEqual(made);
  const file = join(dataDir, "session-secret");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, "utf8")).toHaveLength(43);
});

import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sessionSecrets } from "./door/secrets";
import { readEnvironment } from "./env";
import { readCookie, signSession } from "./session";

const ID = "abcdefghijklmnopqrstuv";
const NOW = 1_800_000_000;
const OLD = "an old secret of some length";
const NEW = "a new secret of some length";

function readValue(value: string, secrets = [NEW, OLD], now = NOW) {
  return readCookie(`other=1; platen=${value}; more=2`, "platen", secrets, now);
}

test("a signed cookie names its visitor", () => {
  expect(readValue(signSession({ id: ID, grant: undefined }, NOW, [NEW]))).toEqual({
    id: ID,
    grant: undefined,
    issuedAtSeconds: NOW,
    isDueForRenewal: false,
  });
});

test("what was granted is part of what is signed", () => {
  const grant = "a-fingerprint-of-22-ch";
  const value = signSession({ id: ID, grant }, NOW, [NEW]);
  expect(readValue(value)).toEqual({ id: ID, grant, issuedAtSeconds: NOW, isDueForRenewal: false });
  expect(readValue(value.replace(grant, "another-fingerprint-xx"))).toBeUndefined();
  expect(readValue(value.replace(`.${grant}`, ""))).toBeUndefined();
  const plain = signSession({ id: ID, grant: undefined }, NOW, [NEW]);
  expect(readValue(plain.replace(/\.([\w-]{43})$/, `.${grant}.$1`))).toBeUndefined();
});

test("a cookie is renewed after a week, and so lasts for as long as its visitor comes once in 400 days", () => {
  const value = signSession({ id: ID, grant: undefined }, NOW, [NEW]);
  const days = (count: number) => NOW + count * 24 * 3600;
  expect(readValue(value, [NEW], days(6))?.isDueForRenewal).toBe(false);
  expect(readValue(value, [NEW], days(8))?.isDueForRenewal).toBe(true);
  expect(readValue(value, [NEW], days(400))?.isDueForRenewal).toBe(true);
});

test("a cookie signed with an old secret is accepted and renewed; with an unknown one it is nobody's", () => {
  expect(readValue(signSession({ id: ID, grant: undefined }, NOW, [OLD]))).toEqual({
    id: ID,
    grant: undefined,
    issuedAtSeconds: NOW,
    isDueForRenewal: true,
  });
  expect(readValue(signSession({ id: ID, grant: undefined }, NOW, ["somebody else's secret"]))).toBeUndefined();
});

test("a changed, cut or outdated cookie is nobody's", () => {
  const value = signSession({ id: ID, grant: undefined }, NOW, [NEW]);
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

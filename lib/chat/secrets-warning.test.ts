import { expect, test } from "vitest";
import { findSecrets } from "./secrets-warning";

// Put together here, so that no scanner takes this file for a leak.
const LONG = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0";

test.each([
  ["a key of Anthropic", `use sk-ant-api03-${LONG}.`, "key", "sk-a…"],
  ["a key of OpenAI", `OPENAI_API_KEY=sk-proj-${LONG}`, "key", "sk-p…"],
  ["a key of Amazon", `id AKIA${"IOSFODNN7EXAMPLE"}`, "key", "AKIA…"],
  ["a secret of Amazon", `aws_secret_access_key = ${LONG}`, "key", "a1B2…"],
  ["a key of GitHub", `ghp_${LONG}`, "key", "ghp_…"],
  ["a key of GitHub, new", `github_pat_${LONG}`, "key", "gith…"],
  ["a key of Stripe", `"sk_live_${LONG}"`, "key", "sk_l…"],
  ["a key of Google", `AIza${LONG.slice(0, 35)}`, "key", "AIza…"],
  ["a JSON Web Token", `eyJ${LONG}.eyJ${LONG}.${LONG}`, "key", "eyJa…"],
  ["a bearer token", `Authorization: Bearer ${LONG}`, "key", "a1B2…"],
  ["an unknown key", `api-key: "${LONG}"`, "key", "a1B2…"],
  [
    "a private key",
    `-----BEGIN ${"OPENSSH PRIVATE KEY"}-----\nb3Bl`,
    "private_key",
    "-----BEGIN OPENSSH PRIVATE KEY-----",
  ],
  ["a password", "Password: swordfish", "password", "••••••"],
  ["a password in a setting", "DB_PASSWORD='hunter2'", "password", "••••••"],
  ["a password in a sentence", "the password is Tr0ub4dor&3, mind", "password", "••••••"],
  ["a password in German", "Mein Passwort lautet geheim99", "password", "••••••"],
  ["a password in Chinese", "密码：swordfish", "password", "••••••"],
  ["a password in an address", "postgres://app:s3cret@db.internal/app", "password", "••••••"],
  ["an e-mail address", "Write to Ada.Lovelace+notes@mail.analytical.co.uk!", "email", "A…@mail.analytical.co.uk"],
  ["an account", "IBAN DE89 3704 0044 0532 0130 00", "iban", "DE89…"],
  ["a card", "4111 1111 1111 1111", "card", "…1111"],
])("finds %s and shows hardly anything of it", (_, text, kind, masked) => {
  expect(findSecrets(text)).toEqual([{ kind, masked }]);
});

test.each([
  ["prose about passwords", "A password is required. The token is invalid; the secret of success is work."],
  ["types", "type Login = { password: string; token: number | null }"],
  ["what a program reads", "password = process.env.PASSWORD; token = os.environ['TOKEN']; pwd: $PASSWORD"],
  ["placeholders", "password: <your password>, password: ********, api_key: YOUR_API_KEY, Bearer YOUR_ACCESS_TOKEN"],
  ["addresses of nobody", "you@example.com, git@github.com, noreply@github.com, a@b, @someone, x@shop.example"],
  ["decorators and versions", "@Component react@19.2.0 package@latest"],
  ["numbers", "1234567812345678, 3.14159265358979323846, 1700000000000, DE89 3704 0044 0532 0130 01"],
  ["a short key", "sk-ant-…"],
  ["nothing", ""],
])("leaves %s alone", (_, text) => {
  expect(findSecrets(text)).toEqual([]);
});

test("tells each once, in reading order", () => {
  const text = `ada@lovelace.org wrote: password: swordfish. sk-ant-api03-${LONG} and ada@lovelace.org`;
  expect(findSecrets(text).map(({ kind }) => kind)).toEqual(["email", "password", "key"]);
});

test("never shows more of a secret than its first four and, of a card, its last four characters", () => {
  const text = `ghp_${LONG} password: ${LONG} DE89370400440532013000 4111111111111111`;
  for (const { masked } of findSecrets(text)) expect(masked.replace(/[…•]/g, "").length).toBeLessThanOrEqual(4);
});

test.each([
  ["letters", "a".repeat(200_000)],
  ["dots", "a.".repeat(100_000)],
  ["the beginnings of tokens", "eyJ-".repeat(20_000)],
  ["the word password", "password: ".repeat(20_000)],
  ["digits", "4 ".repeat(100_000)],
  ["capitals", "AA00 ".repeat(40_000)],
])("reads any number of %s: no repetition is unbounded", (_, text) => {
  expect(findSecrets(text).length).toBeLessThan(3);
});

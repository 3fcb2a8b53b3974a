import { expect, test } from "vitest";
import { isOwnHost } from "./host";

test.each([
  "localhost",
  "localhost:3000",
  "LOCALHOST:3000",
  "localhost.",
  "app.localhost:3000",
  "127.0.0.1:3000",
  "192.168.1.20",
  "[::1]:3000",
  "[2001:db8::1]",
  "desk",
  "desk:3000",
  "desk.local:3000",
  "desk.lan",
  "desk.home.arpa",
  "platen.internal",
  "build.example.org",
  undefined,
])("%s is meant for us", (host) => {
  expect(isOwnHost(host, "build.example.org")).toBe(true);
});

test.each([
  "evil.example",
  "evil.example:3000",
  "localhost.evil.example",
  "127.0.0.1.evil.example",
  "127.0.0.1.nip.io:3000",
  "evil.notlocal",
  "local.evil.example:3000",
  "[::1].evil.example",
  "[evil.example]",
  "evil.example.",
  "a b",
  "",
])("%j is not", (host) => {
  expect(isOwnHost(host, "build.example.org")).toBe(false);
});

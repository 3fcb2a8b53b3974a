import { expect, test } from "vitest";
import { parsePreferences } from "./preferences";

const DEFAULTS = { speed: "smooth", theme: "system", sidebar: "open", singleKeys: "on", keySounds: "off" };

test("nothing stored means the defaults", () => {
  expect(parsePreferences(null)).toEqual(DEFAULTS);
});

test("what is known is taken, what is not is replaced, choice by choice", () => {
  expect(parsePreferences('{"speed":"typewriter","theme":"sepia","extra":1}')).toEqual({
    ...DEFAULTS,
    speed: "typewriter",
  });
});

test("damaged storage means the defaults", () => {
  for (const stored of ["{", "null", '"dark"', "[]"]) expect(parsePreferences(stored)).toEqual(DEFAULTS);
});

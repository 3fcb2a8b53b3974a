import { expect, test } from "vitest";
import { readArrival } from "./arrival";

test("a code is read as it was meant, encoded or not", () => {
  expect(readArrival("#code=long-enough")).toEqual({ type: "code", code: "long-enough" });
  expect(readArrival("#code=caf%C3%A9%20au%20lait")).toEqual({ type: "code", code: "café au lait" });
  expect(readArrival("#code=100%sure=yes")).toEqual({ type: "code", code: "100%sure=yes" });
});

test("a device link is read as it is", () => {
  expect(readArrival("#device=abc_-123")).toEqual({ type: "device", token: "abc_-123" });
});

test("any other fragment is left alone", () => {
  for (const fragment of ["", "#", "#code=", "#device=", "#codes=x", "#footnote-1"]) {
    expect(readArrival(fragment)).toBeUndefined();
  }
});

import { expect, test } from "vitest";
import { uuid } from "@/lib/chat/request";
import { randomUuid } from "./random-uuid";

test("an id is one that the server takes, and another each time", () => {
  const ids = Array.from({ length: 100 }, randomUuid);
  expect(ids.filter((id) => uuid.safeParse(id).success)).toEqual(ids);
  expect(new Set(ids).size).toBe(100);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { type ForeignNode, treeOf } from "./foreign-tree";
import { textOf } from "./message";

const createdAt = "2026-01-01T00:00:00.000Z";

function node(id: string, parentId: string | null, role: ForeignNode["role"], text = id): ForeignNode {
  return { id, parentId, role, text, createdAt };
}

function outline(nodes: readonly ForeignNode[], leafId: string | null = null) {
  const tree = treeOf(nodes, leafId);
  return {
    messages: tree?.messages.map(({ id, parentId, role, content }) => [id, parentId, role, textOf(content)]),
    leafId: tree?.leafId,
  };
}

test("what is not shown is left out, and neighbours of one author are one message", () => {
  const nodes = [
    node("system", null, null),
    node("a", "system", "user"),
    node("b", "a", "user"),
    node("c", "b", "assistant"),
    node("tool", "c", null),
    node("d", "tool", "assistant"),
    node("blank", "d", "user", " "),
  ];
  expect(outline(nodes, "blank")).toEqual({
    messages: [
      ["b", null, "user", "a\n\nb"],
      ["d", "b", "assistant", "c\n\nd"],
    ],
    leafId: "d",
  });
});

test("every branch is kept: those that part within one author's messages repeat what they share", () => {
  const nodes = [
    node("a", null, "user"),
    node("b", "a", "assistant"),
    node("c", "b", "assistant"),
    node("d", "b", "assistant"),
    node("e", "b", "user"),
    node("f", null, "user"),
  ];
  expect(outline(nodes, "c")).toEqual({
    messages: [
      ["a", null, "user", "a"],
      ["b", "a", "assistant", "b"],
      ["c", "a", "assistant", "b\n\nc"],
      ["d", "a", "assistant", "b\n\nd"],
      ["e", "b", "user", "e"],
      ["f", null, "user", "f"],
    ],
    leafId: "c",
  });
});

test("any nodes make a tree in which each author follows the other and no text is lost; circles are left out", () => {
  const role = fc.constantFrom("user" as const, "assistant" as const, null);
  fc.assert(
    fc.property(fc.array(fc.record({ role, parent: fc.nat(30) }), { maxLength: 30 }), (given) => {
      const nodes = given.map((one, index) =>
        node(`n${index}`, one.parent === index ? null : `n${one.parent}`, one.role),
      );
      const tree = treeOf(nodes, null);
      const seen = new Map<string, string>();
      for (const message of tree?.messages ?? []) {
        const before = message.parentId === null ? "nobody" : seen.get(message.parentId);
        expect(before).toBe(message.role === "assistant" ? "user" : before === "nobody" ? "nobody" : "assistant");
        expect(seen.has(message.id)).toBe(false);
        seen.set(message.id, message.role);
      }
      const text =
        tree?.messages
          .map(({ content }) => textOf(content))
          .join("\n\n")
          .split("\n\n") ?? [];
      const byId = new Map(nodes.map((one) => [one.id, one]));
      const hasRoot = (one: ForeignNode) => {
        const path = new Set<ForeignNode>();
        for (let next: ForeignNode | undefined = one; next !== undefined; ) {
          if (path.has(next)) return false;
          path.add(next);
          next = next.parentId === null ? undefined : byId.get(next.parentId);
        }
        return true;
      };
      for (const one of nodes) if (one.role !== null && hasRoot(one)) expect(text).toContain(one.text);
    }),
  );
});

import { expect, test } from "vitest";
import { type Arrival, createCrowd, type Visit } from "./crowd";

const PLENTY = { workMsASecond: 1e9, savedMs: 1e9, waitingMs: 1e9 };
const INSIDE = { starts: 2, others: 3 };
const OPEN = { stranger: PLENTY, visitor: PLENTY, inside: INSIDE };
const STRICT = {
  stranger: { workMsASecond: 20, savedMs: 10, waitingMs: 20 },
  visitor: { workMsASecond: 20, savedMs: 10, waitingMs: 20 },
  inside: INSIDE,
};

/** A door under a clock of our own. `asks` lets somebody come; what became of whom is in `entered` and `refused`. */
function door(bounds = OPEN, inTurn = (run: () => void) => run()) {
  let nowMs = 0;
  const crowd = createCrowd(bounds, () => nowMs, inTurn);
  const entered: string[] = [];
  const refused: string[] = [];
  const gone = new Set<string>();
  const inside = new Map<string, Visit>();
  return {
    crowd,
    gone,
    entered,
    refused,
    asks(name: string, about: Partial<Arrival> = {}): Visit {
      return crowd.arrive({
        network: "192.0.2.1",
        visitor: undefined,
        workMs: 2,
        kind: "other",
        isGone: () => gone.has(name),
        enter(visit) {
          entered.push(name);
          inside.set(name, visit);
        },
        refuse: (isTooMany) => void refused.push(isTooMany ? `${name}, at once` : name),
        ...about,
      });
    },
    answer(name: string, verdict?: "accepted" | "refused") {
      if (verdict !== undefined) inside.get(name)?.settle(verdict);
      inside.get(name)?.leave();
      inside.delete(name);
    },
    /** Answers whoever is inside, and those who come in then, until nobody is. */
    answerAll(verdict?: "accepted" | "refused") {
      while (inside.size > 0) for (const name of [...inside.keys()]) this.answer(name, verdict);
    },
    pass(ms: number) {
      for (let passed = 0; passed < ms; passed += 20) {
        nowMs += 20;
        crowd.tick();
      }
    },
  };
}

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

test("whoever is alone is let in 48 at a time, and all of a thousand in their order", () => {
  const { asks, entered, refused, answerAll, ...rest } = door();
  const all = names("n", 1_000);
  for (const name of all) asks(name, { kind: "start" });
  expect(entered).toHaveLength(48);
  answerAll.call({ answer: rest.answer }, "accepted");
  expect(entered).toEqual(all);
  expect(refused).toEqual([]);
});

test("nobody waits behind the crowd of another network, which has three inside from then on", () => {
  const at = door();
  at.asks("early", { network: "198.51.100.7" });
  at.answer("early");
  for (const name of names("crowd", 500)) at.asks(name);
  expect(at.entered).toEqual(["early", "crowd0", "crowd1", "crowd2"]);
  at.asks("honest", { network: "198.51.100.7" });
  expect(at.entered.at(-1)).toBe("honest");
  at.answer("crowd0");
  expect(at.entered.at(-1)).toBe("crowd3");
});

test("nor does a visitor whose cookie is known wait behind the strangers of their own network", () => {
  const at = door();
  at.asks("early", { visitor: { id: "v", sinceSeconds: 1 } });
  at.answer("early");
  for (const name of names("crowd", 500)) at.asks(name);
  at.asks("known", { visitor: { id: "v", sinceSeconds: 1 } });
  at.answer("crowd0");
  expect(at.entered.at(-1)).toBe("known");
});

test("of many visitors of one network those with the oldest cookies have a lane, whoever comes first", () => {
  const at = door();
  for (const name of names("fresh", 100)) at.asks(name, { visitor: { id: name, sinceSeconds: 1_000 } });
  at.asks("old", { visitor: { id: "old", sinceSeconds: 10 } });
  at.answer("fresh0");
  expect(at.entered.at(-1)).toMatch(/^fresh|old$/);
  at.answerAll();
  expect(at.entered.indexOf("old")).toBeLessThan(12);
  expect(at.entered).toHaveLength(101);
});

test("a place is free again when the head is out, when whoever asked has left, and after a quarter of a second", () => {
  const at = door();
  at.asks("early", { network: "198.51.100.7" });
  at.answer("early");
  const [first, , , fourth] = names("n", 6).map((name) => at.asks(name));
  first?.leave();
  first?.leave();
  expect(at.entered).toEqual(["early", "n0", "n1", "n2", "n3"]);
  fourth?.leave();
  expect(at.entered.at(-1)).toBe("n4");
  at.pass(240);
  expect(at.entered).not.toContain("n5");
  at.pass(20);
  expect(at.entered).toContain("n5");
});

test("nobody's list waits for the starts of a crowd, of which two are inside at a time and keep their place for longer", () => {
  const at = door();
  at.asks("early", { visitor: { id: "v", sinceSeconds: 1 } });
  at.answer("early");
  for (const name of names("start", 50)) at.asks(name, { kind: "start" });
  at.asks("list");
  at.asks("own list", { visitor: { id: "v", sinceSeconds: 1 } });
  expect(at.entered).toEqual(["early", "start0", "start1", "list", "own list"]);
  at.pass(2_980);
  expect(at.entered).not.toContain("start2");
  at.pass(40);
  expect(at.entered).toContain("start2");
});

test("to hang up makes no room for more before a quarter of a second is over", () => {
  const at = door();
  at.asks("early", { network: "198.51.100.7" });
  at.answer("early");
  const visits = names("n", 6).map((name) => at.asks(name));
  for (const [index, visit] of visits.slice(0, 3).entries()) {
    at.gone.add(`n${index}`);
    visit.abandon();
  }
  expect(at.entered).toEqual(["early", "n0", "n1", "n2"]);
  at.pass(260);
  expect(at.entered).toContain("n5");
  at.pass(260);
  expect(at.crowd.isBusy()).toBe(false);
});

test("whoever leaves the queue is not let in, and not refused", () => {
  const at = door(STRICT);
  const visits = names("n", 8).map((name) => at.asks(name));
  expect(at.entered).toHaveLength(5);
  visits[5]?.abandon();
  at.pass(2_000);
  expect(at.entered).toEqual(["n0", "n1", "n2", "n3", "n4", "n6", "n7"]);
  expect(at.refused).toEqual([]);
  expect(at.crowd.isBusy()).toBe(false);
});

test("what is beyond the allowance waits for it, and what does not fit into the queue is refused after a second", () => {
  const at = door(STRICT);
  for (const name of names("n", 40)) at.asks(name);
  at.answerAll();
  // Ten milliseconds of work were saved up, five requests; twenty may wait, ten; the rest is paused.
  expect(at.entered).toHaveLength(5);
  at.pass(980);
  expect(at.refused).toEqual([]);
  at.pass(40);
  expect(at.refused).toHaveLength(25);
  expect(at.entered).toHaveLength(15);
});

test("a request that is more work than may wait is let in where nothing else does", () => {
  const at = door({ ...STRICT, stranger: { ...STRICT.stranger, savedMs: 50 } });
  at.asks("large", { workMs: 40 });
  expect(at.entered).toEqual(["large"]);
});

test("the starts of a crowd that have only been refused of late are refused after a second; two a second are asked after", () => {
  const at = door();
  for (const name of names("n", 500)) at.asks(name, { kind: "start" });
  at.answerAll("refused");
  expect(at.entered.length).toBeGreaterThanOrEqual(30);
  expect(at.entered.length).toBeLessThan(30 + 48);
  at.pass(1_020);
  expect(at.refused).toHaveLength(500 - at.entered.length);
  const before = at.entered.length;
  for (let second = 0; second < 60; second++) {
    for (const name of names(`later${second}-`, 100)) at.asks(name, { kind: "start" });
    at.answerAll("refused");
    at.pass(1_000);
  }
  expect(at.entered.length - before).toBeLessThanOrEqual(130);
  expect(at.entered.length - before).toBeGreaterThan(40);
});

test("one start that is accepted opens the door for the whole crowd again", () => {
  const at = door();
  for (const name of names("n", 200)) at.asks(name, { kind: "start" });
  at.answerAll("refused");
  at.pass(30_000);
  at.entered.length = 0;
  for (const name of names("later", 200)) at.asks(name, { kind: "start" });
  at.answerAll("accepted");
  expect(at.entered).toHaveLength(200);
});

test("other requests of a crowd without patience are let in, and so are the starts of a few", () => {
  const at = door();
  for (const name of names("n", 200)) at.asks(name, { kind: "start" });
  at.answerAll("refused");
  at.asks("list");
  expect(at.entered.at(-1)).toBe("list");
  at.pass(3_020);
  at.answerAll();
  at.asks("single", { kind: "start" });
  expect(at.entered.at(-1)).toBe("single");
});

test("probes wait behind no crowd of their own network", () => {
  const at = door(STRICT);
  for (const name of names("n", 40)) at.asks(name);
  at.asks("probe", { kind: "probe" });
  expect(at.entered.at(-1)).toBe("probe");
});

test("many networks share the places in turn", () => {
  const at = door();
  for (let round = 0; round < 3; round++) {
    for (const network of names("net", 100)) at.asks(`${network}-${round}`, { network });
  }
  expect(at.entered).toHaveLength(96);
  at.answerAll();
  expect(at.entered).toHaveLength(300);
  expect(at.refused).toEqual([]);
});

test("two thousand are told to wait, the others at once", () => {
  const at = door(STRICT);
  for (const name of names("n", 2_100)) at.asks(name);
  expect(at.refused.length).toBeGreaterThan(50);
  expect(at.refused.every((name) => name.endsWith("at once"))).toBe(true);
  at.pass(1_020);
  expect(at.refused).toHaveLength(2_100 - at.entered.length);
});

test("answers that are there before the request has entered whole are no harm", () => {
  const at = door();
  const all = names("n", 20_000);
  for (const name of all) {
    at.asks(name, {
      enter(visit) {
        at.entered.push(name);
        visit.leave();
      },
    });
  }
  expect(at.entered).toEqual(all);
});

test("a place that is left is free in its turn, however fast the crowd is answered", () => {
  const turns: (() => void)[] = [];
  const { asks, entered, answer } = door(OPEN, (run) => void turns.push(run));
  asks("elsewhere", { network: "192.0.2.2" });
  for (let number = 0; number < 10; number++) asks(`crowd ${number}`);
  expect(entered).toHaveLength(4);
  for (const name of entered.slice(1)) answer(name);
  asks("late");
  expect(entered).toHaveLength(4);
  expect(turns).toHaveLength(1);
  turns.shift()?.();
  expect(entered).toHaveLength(7);
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPace, type PaceMode } from "./pace";
import * as traces from "./pace.traces";

const SEEDS = Array.from({ length: 40 }, (_, seed) => seed + 1);
const run = (trace: traces.Trace, display?: traces.Display, mode: PaceMode = "smooth") =>
  traces.simulate(trace, createPace(mode), display);

describe("on Claude's rhythm (85 characters each 470 ms)", () => {
  it.each([
    ["to the millisecond", () => [run(traces.clockworkClaude())]],
    ["with gaps of p50 470 and p90 558 ms", () => SEEDS.map((seed) => run(traces.claude(seed)))],
    ["with uneven bursts", () => SEEDS.map((seed) => run(traces.claude(seed, { unitsSpread: 0.15 })))],
    ["with each burst in five pieces", () => SEEDS.map((seed) => run(traces.claude(seed, { pieces: 5 })))],
    ["for a minute and a half", () => SEEDS.map((seed) => run(traces.claude(seed, { count: 200 })))],
  ])("leaves no hole and stays close behind, %s", (_, runs) => {
    const median = traces.medians(runs());
    expect(median.longestPauseMs).toBeLessThanOrEqual(60);
    expect(median.variationPerFrame).toBeLessThanOrEqual(0.28);
    expect(median.lagP95Ms).toBeLessThanOrEqual(540);
    const worst = traces.worst(runs());
    expect(worst.longestPauseMs).toBeLessThanOrEqual(150);
    expect(worst.variationPerFrame).toBeLessThanOrEqual(0.35);
    expect(worst.lagP95Ms).toBeLessThanOrEqual(560);
    expect(worst.lagWorstMs).toBeLessThanOrEqual(700);
  });
});

describe("on a fast stream", () => {
  it.each([
    ["250/s in small deltas", traces.steady(250, 4)],
    ["250/s, uneven", traces.steady(250, 4, 0.8)],
    ["1,200/s in small deltas", traces.steady(1200, 5)],
    ["1,200/s in larger deltas, uneven", traces.steady(1200, 20, 0.5)],
  ])("stays within 150 ms, start included: %s", (_, trace) => {
    const figures = run(trace);
    expect(figures.lagP95Ms).toBeLessThanOrEqual(130);
    expect(figures.lagWorstMs).toBeLessThanOrEqual(200);
    expect(figures.variationPerFrame).toBeLessThanOrEqual(0.25);
  });
});

describe("on a steady 40/s", () => {
  it("stays within 150 ms and moves by single characters", () => {
    const figures = run(traces.steady(40, 1));
    expect(figures.lagP95Ms).toBeLessThanOrEqual(130);
    expect(figures.largestJump).toBe(1);
  });
});

describe("on a dump or a flood", () => {
  it.each([
    traces.dump(),
    traces.dumpThenTrickle(),
    traces.stallThenFlood(2000),
    traces.stallThenFlood(),
    traces.claudeThenFlood(1),
    traces.bursts(),
  ])("catches up by rate, at most 120 a frame, and is never 700 ms behind: $name", (trace) => {
    const figures = run(trace);
    expect(figures.lagWorstMs).toBeLessThanOrEqual(660);
    expect(figures.largestJump).toBeLessThanOrEqual(112);
  });

  it("keeps the cap on lag by rate even when that takes more than 120 a frame", () => {
    const figures = run(traces.dump(30_000));
    expect(figures.lagWorstMs).toBeLessThanOrEqual(660);
    expect(figures.largestJump).toBeLessThan(1000);
  });
});

describe("on other displays", () => {
  it.each([30, 120, 144])("keeps lag and pauses at %i frames a second, with uneven frames", (framesPerSecond) => {
    const display = { framesPerSecond, jitter: 0.3 };
    const claude = run(traces.claude(1), display);
    expect(claude.lagP95Ms).toBeLessThanOrEqual(560);
    expect(claude.longestPauseMs).toBeLessThanOrEqual(80);
    expect(run(traces.steady(250, 4), display).lagP95Ms).toBeLessThanOrEqual(150);
    expect(run(traces.dump(), display).lagWorstMs).toBeLessThanOrEqual(700);
  });

  it("still keeps up at 5 frames a second", () => {
    expect(run(traces.claude(1), { framesPerSecond: 5 }).lagWorstMs).toBeLessThanOrEqual(1000);
  });

  it.each([90, 120, 300, 500, 2100, 7120])("forgives a page blocked for 400 ms at %i ms: no jump", (atMs) => {
    const display = { framesPerSecond: 60, frozenMs: [atMs, atMs + 400] as [number, number] };
    const all = [
      traces.claude(1),
      traces.steady(1200, 5),
      traces.dump(),
      traces.dumpThenTrickle(),
      traces.stallThenFlood(),
    ];
    for (const trace of all) expect(run(trace, display).largestJump).toBeLessThanOrEqual(120);
  });
});

describe("at the end", () => {
  it.each([
    traces.claude(3),
    traces.steady(250, 4),
    traces.steady(1200, 5),
    traces.dump(3000, 0),
    traces.dump(30_000, 100),
  ])("all is out within 250 ms: $name", (trace) => {
    for (const framesPerSecond of [30, 60, 144]) {
      expect(run(trace, { framesPerSecond }).tailMs).toBeLessThanOrEqual(250);
      expect(run(trace, { framesPerSecond }, "typewriter").tailMs).toBeLessThanOrEqual(250);
    }
  });

  it("comes sooner than that when little is left", () => {
    expect(run(traces.steady(250, 4)).tailMs).toBeLessThanOrEqual(100);
  });
});

describe("in the other modes", () => {
  it("instant shows what there is in each frame", () => {
    expect(run(traces.stallThenFlood(), undefined, "instant").lagWorstMs).toBeLessThanOrEqual(17);
  });

  it("typewriter trails further behind, without a hole and never 2 s", () => {
    const figures = run(traces.claude(1), undefined, "typewriter");
    expect(figures.longestPauseMs).toBeLessThanOrEqual(50);
    expect(figures.lagP95Ms).toBeGreaterThan(1000);
    for (const trace of [traces.claude(1), traces.steady(1200, 5), traces.dump(), traces.stallThenFlood()]) {
      expect(run(trace, undefined, "typewriter").lagWorstMs).toBeLessThanOrEqual(2000);
    }
  });

  it("typewriter strikes about 32 keys a second when there is time", () => {
    const figures = run(traces.steady(30, 1), undefined, "typewriter");
    expect(figures.lagP95Ms).toBeLessThanOrEqual(150);
    expect(figures.largestJump).toBe(1);
  });
});

describe("when nobody looks", () => {
  const atOnce = [{ isHidden: true }, { prefersReducedMotion: true }, { isReplay: true }];

  it.each(atOnce)("shows all that arrived: %o", (viewing) => {
    const pace = createPace("smooth");
    pace.arrived(900, 0);
    expect(pace.advance(1, viewing)).toBe(900);
  });

  it("replays nothing on return, not even what came after the last hidden look", () => {
    const pace = createPace("smooth");
    pace.arrived(900, 0);
    pace.advance(1, { isHidden: true });
    pace.arrived(1800, 30_000);
    expect(pace.advance(30_001, {})).toBe(1800);
    pace.arrived(2100, 30_010);
    expect(pace.advance(30_017, {})).toBeLessThan(1850);
  });

  it("takes a second without a frame for a page nobody saw", () => {
    const pace = createPace("smooth");
    pace.arrived(500, 0);
    pace.advance(16);
    pace.arrived(700, 1000);
    expect(pace.advance(1200)).toBe(700);
  });

  it("does not take a view that rested for one: a flood after the rest comes by rate", () => {
    const pace = createPace("smooth");
    pace.arrived(1, 0);
    expect(pace.advance(16)).toBe(1);
    pace.arrived(1001, 9000);
    expect(pace.advance(9016)).toBeLessThan(100);
  });

  it("does not replay what was on the page before", () => {
    const pace = createPace("smooth", 400);
    expect(pace.advance(0)).toBe(400);
    pace.arrived(420, 5);
    expect(pace.advance(10)).toBe(401);
  });
});

describe("whatever it is told", () => {
  it("shows the first character in the first frame, even in the instant it came", () => {
    const pace = createPace("smooth");
    pace.arrived(1, 100);
    expect(pace.advance(100)).toBe(1);
  });

  it("ignores a length that does not grow", () => {
    const pace = createPace("instant");
    pace.arrived(10, 0);
    pace.arrived(10, 400);
    pace.arrived(4, 500);
    expect(pace.advance(501)).toBe(10);
  });

  it("goes on when its clock goes back", () => {
    const pace = createPace("smooth");
    pace.arrived(85, 1_000_000);
    const first = pace.advance(1_000_016);
    pace.advance(0);
    expect(pace.advance(200)).toBeGreaterThan(first);
  });

  it("shows the same when frame times are a little older than arrival times", () => {
    const law = createPace("smooth");
    const late = { ...law, advance: (nowMs: number) => law.advance(nowMs - 12) };
    const figures = traces.simulate(traces.claude(1), late);
    expect(figures.lagP95Ms).toBeLessThanOrEqual(560);
    expect(figures.longestPauseMs).toBeLessThanOrEqual(60);
  });

  it("is out within 250 ms of the first frame, however long the page was blocked before the end", () => {
    for (const mode of ["smooth", "typewriter"] as const) {
      const pace = createPace(mode);
      pace.arrived(28, 0);
      pace.arrived(32, 787);
      pace.ended(787);
      for (let nowMs = 803; nowMs < 803 + 240; nowMs += 16) pace.advance(nowMs);
      expect(pace.advance(803 + 240)).toBe(32);
    }
  });

  it("never shows less than before, nor more than there is, nor part of a unit, and shows all in the end", () => {
    const step = fc.record({
      afterMs: fc.oneof(
        fc.integer({ min: -500, max: 700 }),
        fc.constant(0),
        fc.double({ min: 0, max: 40, noNaN: true }),
      ),
      units: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 4000 })),
      isHidden: fc.boolean(),
      looks: fc.boolean(),
    });
    const modes = fc.constantFrom<PaceMode[]>("instant", "smooth", "typewriter");
    fc.assert(
      fc.property(modes, fc.array(step, { maxLength: 60 }), fc.nat(60), (mode, steps, endsAfter) => {
        const pace = createPace(mode);
        let nowMs = 0;
        let received = 0;
        let shown = 0;
        const look = (isHidden: boolean) => {
          const next = pace.advance(nowMs, { isHidden });
          expect(Number.isInteger(next) && next >= shown && next <= received).toBe(true);
          shown = next;
        };
        for (const [index, { afterMs, units, isHidden, looks }] of steps.entries()) {
          nowMs += afterMs;
          received += units;
          pace.arrived(received, nowMs);
          if (looks) look(isHidden && index % 3 === 0);
          if (index === endsAfter) pace.ended(nowMs);
        }
        pace.ended(nowMs);
        for (let frame = 0; frame < 60; frame++) {
          nowMs += 16;
          look(false);
        }
        expect(shown).toBe(received);
      }),
    );
  });
});

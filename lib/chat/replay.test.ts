import { describe, expect, test } from "vitest";
import { createReplay, type Place, placeAt, type Speed, timelineOf } from "./replay";
import type { Arrival, SharedMessage } from "./share";

function asked(text: string): SharedMessage {
  return { role: "user", text, attachments: [] };
}

function answered(text: string, arrivals?: readonly Arrival[]): SharedMessage {
  return {
    role: "assistant",
    text,
    model: "claude-x",
    ending: "done",
    ...(arrivals === undefined ? {} : { arrivals }),
  };
}

const TALK = [
  asked("Well?"),
  answered("Yes. No.", [
    [300, 4],
    [900, 8],
  ]),
  asked("Sure?"),
  answered("Quite.", [[100, 6]]),
];
const PLAYED = { isWhole: false };

describe("the timeline", () => {
  test("has each question at once, a moment to read it, and the answer as it came", () => {
    const timeline = timelineOf(TALK, PLAYED);
    const placed = (positionMs: number) => placeAt(timeline, positionMs);
    expect(placed(0)).toEqual({ index: 0, length: 5, hasEnded: true });
    expect(placed(799)).toEqual({ index: 0, length: 5, hasEnded: true });
    expect(placed(800)).toEqual({ index: 1, length: 0, hasEnded: false });
    expect(placed(1099)).toEqual({ index: 1, length: 0, hasEnded: false });
    expect(placed(1100)).toEqual({ index: 1, length: 4, hasEnded: false });
    expect(placed(1700)).toEqual({ index: 1, length: 8, hasEnded: true });
    expect(placed(2900)).toEqual({ index: 2, length: 5, hasEnded: true });
    expect(placed(3800)).toEqual({ index: 3, length: 6, hasEnded: true });
    expect(timeline.durationMs).toBe(3800);
  });

  test("cuts a long silence to two seconds", () => {
    const timeline = timelineOf(
      [
        answered("Hm. Yes.", [
          [60_000, 4],
          [60_100, 8],
        ]),
      ],
      PLAYED,
    );
    expect(timeline.steps[0]?.arrivals).toEqual([
      [2000, 4],
      [2100, 8],
    ]);
  });

  test("gives an answer whose timing is not known a pace of its own, to its last character", () => {
    const text = "x".repeat(1000);
    const timeline = timelineOf([answered(text)], PLAYED);
    expect(timeline.durationMs).toBe(400 + 83 * 50);
    expect(placeAt(timeline, timeline.durationMs)).toEqual({ index: 0, length: 1000, hasEnded: true });
  });

  test("is never cut by an answer without a word", () => {
    const timeline = timelineOf([asked("Well?"), answered(""), asked("So?")], PLAYED);
    expect(placeAt(timeline, 800)).toEqual({ index: 1, length: 0, hasEnded: true });
    expect(placeAt(timeline, timeline.durationMs)).toEqual({ index: 2, length: 3, hasEnded: true });
  });

  test("brings each message whole to whoever wants no motion", () => {
    const timeline = timelineOf(TALK, { isWhole: true });
    const lengths = new Set<string>();
    for (let ms = 0; ms <= timeline.durationMs; ms += 10) {
      const { index, length } = placeAt(timeline, ms);
      lengths.add(`${index}:${length}`);
    }
    expect([...lengths]).toEqual(["0:5", "1:0", "1:8", "2:5", "3:0", "3:6"]);
  });

  test("of nothing is over at once", () => {
    expect(placeAt(timelineOf([], PLAYED), 0)).toEqual({ index: 0, length: 0, hasEnded: true });
  });
});

/** Every place a replay comes to, with frames of 16 ms. */
function watch(speed: Speed, atFrame: (frame: number, setSpeed: (speed: Speed) => void) => void = () => {}) {
  const replay = createReplay(timelineOf(TALK, PLAYED), speed);
  const places: Place[] = [];
  for (let frame = 0; !replay.isOver; frame++) {
    atFrame(frame, replay.setSpeed);
    places.push(replay.frame(1000 + frame * 16));
  }
  return { places, watchedMs: replay.watchedMs };
}

describe("a replay", () => {
  test.each<[Speed, number]>([
    [1, 3808],
    [2, 1904],
    [4, 960],
    [8, 480],
  ])("at %i times the speed takes %i ms and ends with everything", (speed, durationMs) => {
    const { places, watchedMs } = watch(speed);
    expect(watchedMs).toBe(durationMs);
    expect(places.at(-1)).toEqual({ index: 3, length: 6, hasEnded: true });
  });

  test("never goes back, whatever is done to its speed", () => {
    const speeds: Speed[] = [8, 1, 4, 2];
    const { places } = watch(1, (frame, setSpeed) => setSpeed(speeds[frame % 4] ?? 1));
    for (const [at, place] of places.entries()) {
      const before = places[at - 1] ?? { index: 0, length: 0 };
      expect(place.index > before.index || (place.index === before.index && place.length >= before.length)).toBe(true);
    }
  });

  test("stands still while it rests, and goes on where it was", () => {
    const replay = createReplay(timelineOf(TALK, PLAYED), 1);
    for (let ms = 0; ms <= 1100; ms += 100) replay.frame(ms);
    replay.rest();
    expect(replay.frame(60_000)).toEqual({ index: 1, length: 4, hasEnded: false });
    expect(replay.watchedMs).toBe(1100);
    expect(replay.frame(60_100).length).toBe(4);
    expect(replay.watchedMs).toBe(1200);
  });

  test("waits for a page that is not seen: a frame that never came counts for a quarter of a second", () => {
    const replay = createReplay(timelineOf(TALK, PLAYED), 1);
    replay.frame(0);
    expect(replay.frame(3_600_000)).toEqual({ index: 0, length: 5, hasEnded: true });
    expect(replay.watchedMs).toBe(250);
  });

  test("is not moved by a clock that goes back", () => {
    const replay = createReplay(timelineOf(TALK, PLAYED), 8);
    replay.frame(1000);
    replay.frame(900);
    expect(replay.watchedMs).toBe(0);
  });
});

import { expect, test } from "vitest";
import type { SharedMessage } from "@/lib/chat/share";
import { type Screen, startWriter } from "../writer";
import { createPlayer, type Player } from "./player";

const ANSWER = "So it is, and so it stays. ".repeat(20);
const MESSAGES: SharedMessage[] = [
  { role: "user", text: "Is it so?", attachments: [] },
  { role: "assistant", text: ANSWER, model: "claude-x", ending: "done" },
];

/** A screen whose frames come when they are told to. */
function screenOf({ prefersReducedMotion = false } = {}) {
  let nowMs = 5000;
  let newest = 0;
  const frames = new Map<number, () => void>();
  const screen: Screen = {
    nowMs: () => nowMs,
    requestFrame(callback) {
      frames.set(++newest, callback);
      return newest;
    },
    cancelFrame: (frame) => void frames.delete(frame),
    isHidden: () => false,
    prefersReducedMotion: () => prefersReducedMotion,
    onVisibilityChange: () => () => {},
  };
  function pass(ms: number): void {
    for (const end = nowMs + ms; nowMs < end; ) {
      nowMs += 16;
      const due = [...frames.values()];
      frames.clear();
      for (const callback of due) callback();
    }
  }
  return { screen, pass, frames };
}

/** Writes the answer as the page does, from the moment its turn comes. */
function write(player: Player) {
  const written = { text: "", hasEnded: false };
  let hasBegun = false;
  player.subscribe(() => {
    const state = player.state();
    if (hasBegun || state.phase === "whole" || state.index < 1) return;
    hasBegun = true;
    startWriter(
      {
        source: player.arriving(1),
        surface: {
          append(text) {
            written.text += text;
          },
          finish() {},
        },
        mode: "smooth",
        shownText: "",
        onWritten() {
          written.hasEnded = true;
        },
      },
      player.screen,
    );
  });
  return written;
}

test("writes the answer to its end, and then the page is whole again", () => {
  const { screen, pass, frames } = screenOf();
  const player = createPlayer(MESSAGES, screen);
  const written = write(player);
  expect(player.state()).toEqual({ phase: "whole", wasPlayed: false });
  player.play();
  expect(player.state()).toEqual({ phase: "playing", index: 0, speed: 1 });
  pass(1500);
  expect(player.state()).toEqual({ phase: "playing", index: 1, speed: 1 });
  expect(written.text.length).toBeGreaterThan(0);
  expect(written.text.length).toBeLessThan(ANSWER.length);
  pass(10_000);
  expect(written).toEqual({ text: ANSWER, hasEnded: true });
  expect(player.state()).toEqual({ phase: "whole", wasPlayed: true });
  expect(frames.size).toBe(0);
});

test("shows not one character while it is paused, and goes on from there", () => {
  const { screen, pass, frames } = screenOf();
  const player = createPlayer(MESSAGES, screen);
  const written = write(player);
  player.play();
  pass(1600);
  player.pause();
  const { text } = written;
  pass(60_000);
  expect(written.text).toBe(text);
  expect(frames.size).toBe(0);
  player.play();
  pass(100);
  expect(written.text.length - text.length).toBeLessThan(200);
  pass(10_000);
  expect(written.text).toBe(ANSWER);
});

test("takes a new speed at once, paused or not, and the next replay begins at the first", () => {
  const { screen, pass } = screenOf();
  const player = createPlayer(MESSAGES, screen);
  write(player);
  player.play();
  player.setSpeed(4);
  pass(300);
  expect(player.state()).toEqual({ phase: "playing", index: 1, speed: 4 });
  player.pause();
  player.setSpeed(8);
  expect(player.state()).toEqual({ phase: "paused", index: 1, speed: 8 });
  player.leave();
  player.setSpeed(2);
  player.play();
  expect(player.state()).toEqual({ phase: "playing", index: 0, speed: 1 });
});

test("can be left at any moment: nothing moves any more", () => {
  const { screen, pass, frames } = screenOf();
  const player = createPlayer(MESSAGES, screen);
  const written = write(player);
  player.play();
  pass(1600);
  player.leave();
  const { text } = written;
  pass(5000);
  expect(written.text).toBe(text);
  expect(player.state()).toEqual({ phase: "whole", wasPlayed: true });
  expect(frames.size).toBe(0);
});

test("gives whoever wants no motion the whole answer at once", () => {
  const { screen, pass } = screenOf({ prefersReducedMotion: true });
  const player = createPlayer(MESSAGES, screen);
  const written = write(player);
  const lengths = new Set<number>();
  player.play();
  while (player.state().phase !== "whole") {
    pass(16);
    lengths.add(written.text.length);
  }
  expect([...lengths]).toEqual([0, ANSWER.length]);
});

import { describe, expect, test } from "vitest";
import { distanceToEnd, readingAfter, type View } from "./scroll";

function view(top: number, contentHeight = 2000, height = 600): View {
  return { top, height, contentHeight };
}

describe("reading", () => {
  test("the end is where nothing is left below", () => {
    expect(distanceToEnd(view(1400))).toBe(0);
    expect(distanceToEnd(view(1000))).toBe(400);
    expect(distanceToEnd(view(0, 300))).toBe(0);
  });

  test("one pixel row up ends the following, though the end is near", () => {
    expect(readingAfter(true, view(1400), view(1390))).toEqual({ isFollowing: false, isAway: false });
  });

  test("far from the end the way back is offered", () => {
    expect(readingAfter(true, view(1400), view(900))).toEqual({ isFollowing: false, isAway: true });
  });

  test("text that grows while the reader is away pulls nothing and offers the way back", () => {
    expect(readingAfter(false, view(1390), view(1390, 2400))).toEqual({ isFollowing: false, isAway: true });
  });

  test("text that grows while the view follows goes on being followed", () => {
    expect(readingAfter(true, view(1400), view(1400, 2600))).toEqual({ isFollowing: true, isAway: false });
  });

  test("arriving near the end, going down, begins the following", () => {
    expect(readingAfter(false, view(900), view(1360))).toEqual({ isFollowing: true, isAway: false });
  });

  test("going down without arriving does not", () => {
    expect(readingAfter(false, view(200), view(700))).toEqual({ isFollowing: false, isAway: true });
  });

  test("going up near the end does not begin it", () => {
    expect(readingAfter(false, view(1395), view(1380))).toEqual({ isFollowing: false, isAway: false });
  });

  test("a view pushed up by a keyboard that closes, or by text that went away, still follows", () => {
    expect(readingAfter(true, view(1700, 2000, 300), view(1390, 2000, 600))).toEqual({
      isFollowing: true,
      isAway: false,
    });
    expect(readingAfter(true, view(1400), view(1200, 1810))).toEqual({ isFollowing: true, isAway: false });
  });
});

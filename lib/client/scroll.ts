import { type RefObject, useEffect, useRef, useState } from "react";

/** A scroller at one moment, in CSS pixels. */
export type View = { top: number; height: number; contentHeight: number };

/** `isFollowing`: the view stays at the end while the text grows. `isAway`: far enough from it to offer the way back. */
export type Reading = { isFollowing: boolean; isAway: boolean };

/** Within this of the end, going down, the reader has arrived there. */
const NEAR_END_PX = 48;
/** Fractional scroll positions are off by up to one pixel at the end. */
const AT_END_PX = 2;
const AWAY_PX = 160;

export function distanceToEnd(view: View): number {
  return Math.max(0, view.contentHeight - view.height - view.top);
}

/**
 * How the reader reads after the view went from `before` to `now`. Going up ends the following at once, however little;
 * arriving at the end, going down, begins it. Text that grows, or a view that is resized, changes nothing but the distance.
 */
export function readingAfter(isFollowing: boolean, before: View, now: View): Reading {
  const distance = distanceToEnd(now);
  const follows = isFollowingAfter(isFollowing, before, now, distance);
  return { isFollowing: follows, isAway: !follows && distance > AWAY_PX };
}

function isFollowingAfter(isFollowing: boolean, before: View, now: View, distance: number): boolean {
  if (distance <= AT_END_PX) return true;
  if (now.top < before.top) return isFollowing && wasPushedUp(before, now);
  return now.top > before.top ? isFollowing || distance <= NEAR_END_PX : isFollowing;
}

/** The browser itself moves a view up when its content shrinks or the view grows. */
function wasPushedUp(before: View, now: View): boolean {
  return now.contentHeight < before.contentHeight || now.height > before.height;
}

function viewOf(scroller: HTMLElement): View {
  return { top: scroller.scrollTop, height: scroller.clientHeight, contentHeight: scroller.scrollHeight };
}

function toEnd(scroller: HTMLElement): void {
  scroller.scrollTop = scroller.scrollHeight;
}

type Following = {
  scroller: RefObject<HTMLElement | null>;
  content: RefObject<HTMLElement | null>;
  /** There is nothing to follow yet. */
  isBlank: boolean;
};

/**
 * Keeps `scroller` at the end of `content` while the reader is there, and starts at the end.
 * `jump` goes there and follows from then on; `letGo` leaves the view where it is, until the reader is at the end again.
 */
export function useFollowing({ scroller, content, isBlank }: Following) {
  const [isAway, setIsAway] = useState(false);
  const isFollowing = useRef(true);

  useEffect(() => {
    const element = scroller.current;
    const grown = content.current;
    if (isBlank || element === null || grown === null) return;
    let before = viewOf(element);
    const settle = () => {
      const now = viewOf(element);
      const reading = readingAfter(isFollowing.current, before, now);
      before = now;
      isFollowing.current = reading.isFollowing;
      setIsAway(reading.isAway);
    };
    // Observed after layout and before paint: what has grown is never seen below the edge first.
    const observer = new ResizeObserver(() => {
      // Who writes in a message stays there, whatever comes below it.
      if (grown.querySelector("textarea:focus") !== null) isFollowing.current = false;
      if (isFollowing.current) toEnd(element);
      settle();
    });
    observer.observe(grown);
    observer.observe(element);
    element.addEventListener("scroll", settle, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", settle);
    };
  }, [scroller, content, isBlank]);

  return {
    isAway,
    jump() {
      isFollowing.current = true;
      setIsAway(false);
      if (scroller.current !== null) toEnd(scroller.current);
    },
    letGo() {
      isFollowing.current = false;
    },
  };
}

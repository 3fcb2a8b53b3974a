import { cutText } from "@/lib/chat/message";

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });
const words = new Intl.Segmenter("und", { granularity: "word" });

/** Node 20's Intl.Segmenter takes quadratic time: 13 seconds for 60,000 characters at once, milliseconds in pieces. */
const LONGEST_SEGMENTED = 400;

/** The visible characters of `text`. One may come apart, once in 400 UTF-16 units, where no white space offers a cut. */
export function graphemesOf(text: string): string[] {
  return runsOf(text).flatMap((run) => segmentsOf(run, graphemes));
}

/** `run` as words and what lies between them, in scripts without spaces by dictionary. */
export function wordsWithin(run: string): string[] {
  return segmentsOf(run, words);
}

/** `text` in stretches of other characters, each with the white space after it. */
export function runsOf(text: string): string[] {
  return text.match(/^\s+|\S+\s*/gu) ?? [];
}

function segmentsOf(run: string, segmenter: Intl.Segmenter): string[] {
  const segments: string[] = [];
  for (let rest = run; rest !== ""; ) {
    const piece = cutText(rest, LONGEST_SEGMENTED);
    for (const { segment } of segmenter.segment(piece)) segments.push(segment);
    rest = rest.slice(piece.length);
  }
  return segments;
}

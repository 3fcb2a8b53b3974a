import { Random } from "./random";

/** The text in pieces of `charactersEach` code points on average, from one to twice as many; no surrogate pair is cut. */
export function inPieces(text: string, charactersEach: number, seed = 1): string[] {
  const random = new Random(seed);
  const characters = [...text];
  const pieces: string[] = [];
  for (let at = 0; at < characters.length; ) {
    const count = random.between(1, 2 * charactersEach - 1);
    pieces.push(characters.slice(at, at + count).join(""));
    at += count;
  }
  return pieces;
}

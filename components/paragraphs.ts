/** `text` cut after each run of blank lines, so that no piece of the page grows with the whole answer. Joined, they are `text`. */
export function paragraphsOf(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n\n)(?!\n|$)/);
}

/** `text` cut in the same way where it goes on after `open`: the first piece, maybe empty, still belongs to `open`. */
export function paragraphsAfter(open: string, text: string): [string, ...string[]] {
  const breaks = /\n{0,2}$/.exec(open)?.[0] ?? "";
  const [first = "", ...rest] = paragraphsOf(breaks + text);
  return [first.slice(breaks.length), ...rest];
}

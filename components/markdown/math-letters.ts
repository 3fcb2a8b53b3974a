/** Where the styled letters begin in Unicode: capitals, small letters, digits. The holes were filled elsewhere, earlier. */
const STYLES: Record<string, [capitals: number, small: number, digits: number | undefined]> = {
  bold: [0x1d400, 0x1d41a, 0x1d7ce],
  italic: [0x1d434, 0x1d44e, undefined],
  "bold-italic": [0x1d468, 0x1d482, undefined],
  script: [0x1d49c, 0x1d4b6, undefined],
  fraktur: [0x1d504, 0x1d51e, undefined],
  "double-struck": [0x1d538, 0x1d552, 0x1d7d8],
  "sans-serif": [0x1d5a0, 0x1d5ba, 0x1d7e2],
  "bold-sans-serif": [0x1d5d4, 0x1d5ee, 0x1d7ec],
  "sans-serif-italic": [0x1d608, 0x1d622, undefined],
  monospace: [0x1d670, 0x1d68a, 0x1d7f6],
};
/** The Greek letters in the order they have in each style, and where they begin in it. */
const GREEK = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡϴΣΤΥΦΧΨΩ∇αβγδεζηθικλμνξοπρςστυφχψω∂ϵϑϰϕϱϖ";
const GREEK_STYLES: Record<string, number> = {
  bold: 0x1d6a8,
  italic: 0x1d6e2,
  "bold-italic": 0x1d71c,
  "bold-sans-serif": 0x1d756,
};
const ELSEWHERE: Record<string, string> = {
  "double-struck": "CℂHℍNℕPℙQℚRℝZℤ",
  script: "BℬEℰFℱHℋIℐLℒMℳRℛeℯgℊoℴ",
  fraktur: "CℭHℌIℑRℜZℨ",
  italic: "hℎ",
};

/** The text in the letters Unicode has for a style of MathML (its mathvariant). What has none there stays as it is. */
export function styled(text: string, variant: string): string {
  const bases = STYLES[variant];
  if (bases === undefined) return text;
  return Array.from(text, (character) => {
    const elsewhere = ELSEWHERE[variant] ?? "";
    const at = elsewhere.indexOf(character);
    if (at >= 0 && at % 2 === 0) return elsewhere[at + 1];
    const greek = GREEK.indexOf(character);
    const firstGreek = GREEK_STYLES[variant];
    if (greek >= 0 && firstGreek !== undefined) return String.fromCodePoint(firstGreek + greek);
    const code = character.codePointAt(0) ?? 0;
    for (const [index, first] of [65, 97, 48].entries()) {
      const base = bases[index];
      if (base !== undefined && code >= first && code < first + (first === 48 ? 10 : 26))
        return String.fromCodePoint(base + code - first);
    }
    return character;
  }).join("");
}

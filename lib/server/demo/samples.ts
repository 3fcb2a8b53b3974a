const MACHINES = `
| Machine | Year | Maker | Why it is remembered |
| :-- | --: | :-- | :-- |
| Hansen Writing Ball | 1870 | Jürgensen | 52 keys on a half sphere; Nietzsche had one |
| Sholes & Glidden | 1874 | Remington | The first to sell in thousands, and the first QWERTY |
| Underwood No. 5 | 1900 | Underwood | You see what you type, as you type it |
| Lettera 22 | 1950 | Olivetti | 3.7 kg with a lid; in the Museum of Modern Art |
| Selectric | 1961 | IBM | A ball instead of type bars: nothing left to jam |
| Platen | now | you | Stops when told, and forgets nothing |
`.trim();

const PLANETS = `
| Planet | Distance from the Sun (million km) | Day (hours) | Known moons |
| :-- | --: | --: | --: |
| Mercury | 57.9 | 4,222.6 | 0 |
| Venus | 108.2 | 2,802.0 | 0 |
| Earth | 149.6 | 24.0 | 1 |
| Mars | 228.0 | 24.7 | 2 |
| Jupiter | 778.5 | 9.9 | more than 90 |
| Saturn | 1,432.0 | 10.7 | more than 140 |
| Uranus | 2,867.0 | 17.2 | at least 28 |
| Neptune | 4,515.0 | 16.1 | 16 |
`.trim();

const MOST_ROWS = 500;
const LONG_ROWS = 60;

/** A table for `text`: with as many rows as it asks for (at most 500), of planets, or else of typewriters. */
export function tableFor(text: string): string {
  const rows = /\b(\d{1,6})[ -]?(?:rows?|lines?)\b/i.exec(text)?.[1];
  if (rows !== undefined) return tableOfNumbers(Math.max(1, Math.min(Number(rows), MOST_ROWS)));
  if (/\b(?:very long|huge|endless) (?:\w+ )?table\b/i.test(text)) return tableOfNumbers(MOST_ROWS);
  if (/\blong(?:er)? (?:\w+ )?table\b/i.test(text)) return tableOfNumbers(LONG_ROWS);
  const times = /\b(?:times|multiplication) table\b(?:\D*(\d{1,4}))?/i.exec(text);
  if (times) return tableOfProducts(Number(times[1] ?? 7));
  if (/\b(?:planets?|solar system)\b/i.test(text))
    return `A table of the planets, from the demo's own drawer:\n\n${PLANETS}`;
  return `A table, with columns aligned left and right. It is one the demo carries with it:\n\n${MACHINES}`;
}

function tableOfNumbers(rows: number): string {
  const head = "| n | n² | n³ | prime |\n| --: | --: | --: | :-: |";
  const body = Array.from({ length: rows }, (_, index) => {
    const n = index + 1;
    return `| ${n} | ${n ** 2} | ${n ** 3} | ${isPrime(n) ? "yes" : ""} |`;
  });
  return `A table of ${rows} ${rows === 1 ? "row" : "rows"}, counted rather than thought up:\n\n${[head, ...body].join("\n")}`;
}

function tableOfProducts(factor: number): string {
  const body = Array.from({ length: 12 }, (_, index) => `| ${index + 1} × ${factor} | ${(index + 1) * factor} |`);
  return `The times table of ${factor}:\n\n| product | value |\n| :-- | --: |\n${body.join("\n")}`;
}

function isPrime(n: number): boolean {
  if (n < 2) return false;
  for (let divisor = 2; divisor * divisor <= n; divisor += 1) if (n % divisor === 0) return false;
  return true;
}

export const LIST = `
A list within a list, and one with boxes:

1. **Before you write**
   - Roll in two sheets: the second one spares the platen.
   - Set the margins.
     - Left: where the thumb of the reader will be.
     - Right: a little before the bell.
2. **While you write**
   - Let a mistake stand until the end of the line.
   - Stop when you have nothing to add.
3. **Afterwards**
   - Read it aloud.

- [x] Start the app without a key
- [x] Ask the demo for a list
- [ ] Connect a real model
`.trim();

/** Inline and displayed formulas, several lines aligned, a matrix, and two short proofs. */
export const MATHEMATICS = String.raw`
Mathematics, set as it arrives. Inline first: a circle of radius $r$ has the area $\pi r^2$, and Euler's identity is $e^{i\pi} + 1 = 0$. On a line of its own, the solution of $ax^2 + bx + c = 0$:

$$
x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}
$$

An integral that no table of ordinary functions contains, and yet

$$
\int_{-\infty}^{\infty} e^{-x^2}\,dx = \sqrt{\pi}.
$$

A matrix that turns the plane by the angle $\theta$:

$$
R(\theta) = \begin{pmatrix} \cos\theta & -\sin\theta \\ \sin\theta & \cos\theta \end{pmatrix}
$$

### The first $n$ odd numbers add up to $n^2$

*Proof, by induction.* For $n = 1$ the sum is $1 = 1^2$. Suppose it holds for $n$. The next odd number is $2n + 1$, so

$$
\begin{aligned}
1 + 3 + \dots + (2n - 1) + (2n + 1) &= n^2 + 2n + 1 \\
&= (n + 1)^2,
\end{aligned}
$$

which is the claim for $n + 1$. $\blacksquare$

### $\sqrt{2}$ is not a fraction

*Proof.* Suppose $\sqrt{2} = p/q$ in lowest terms. Then $p^2 = 2q^2$, so $p$ is even, say $p = 2k$. Then $4k^2 = 2q^2$, so $q^2 = 2k^2$ and $q$ is even too. Both even, and in lowest terms: that cannot be. $\blacksquare$
`.trim();

export const MARKDOWN = `
The forms that Markdown knows, one after the other.

## A heading, and below it text

*Emphasis*, **weight**, ***both***, ~~a correction~~, \`inline code\`, and [a link to the Messages API](https://platform.claude.com/docs/en/api/messages).

> A quotation stands apart.
>
> > And one within it, further still.

- A list,
  1. with numbers inside,
  2. in their order;
- [x] and a box that is ticked.

| Left | Centre | Right |
| :-- | :-: | --: |
| a | b | c |
| \`code\` | **bold** | 1,024 |

---

A line break\\
inside a paragraph, a rule above it, and characters that mean themselves: \\*, \\_, \\#, &amp; and &lt;b&gt;.
`.trim();

/** Characters of several code units, which must appear whole or not at all. */
export const UNICODE = `
Characters that must not fall apart while they are typed:

- **One on the screen, many inside:** 👩‍🚀 👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇪🇺 🇯🇵 1️⃣
- **Accents of two kinds:** é (one code point) and é (two), Ångström, Việt Nam, ñandú
- **Marks above and below:** नमस्ते, ภาษาไทย, தமிழ், ཀྲ
- **Signs:** → ⇌ ∀ ∃ ≤ ≠ ∞ ½ № ℃ € ₹ ♜ ☂︎ ⌨︎
- **Quotation marks:** “English”, „Deutsch“, « français », 「日本語」
- **Far away planes:** 𝕌𝕟𝕚𝕔𝕠𝕕𝕖, 𐍈, 𠜎
- **Drawn with lines:** ┌─┬─┐ │ │ └─┴─┘ ▁▂▃▄▅▆▇█

A good renderer counts what you *see*: the family above is one character, though it is made of seven code points and eleven code units.
`.trim();

const LANGUAGES: readonly { says: RegExp; name: string; text: string }[] = [
  {
    says: /\bchinese\b|\bmandarin\b|中文/i,
    name: "Chinese",
    text: "打字机有一个固定的位置：字总是落在同一点上，移动的是纸。屏幕上的文字也可以这样出现，一个字接着一个字，读者可以跟上，也可以随时说“停”。这里没有空格来分开词语，所以每一行都必须在合适的地方断开。",
  },
  {
    says: /\bjapanese\b|日本語/i,
    name: "Japanese",
    text: "タイプライターでは、文字はいつも同じ場所に打たれ、動くのは紙のほうです。画面の文字も同じように、一つずつ現れます。ひらがな、カタカナ、漢字が混ざっても、途中で文字が壊れることはありません。読み手はいつでも止めることができます。",
  },
  {
    says: /\bkorean\b|한국어/i,
    name: "Korean",
    text: "타자기에서는 글자가 언제나 같은 자리에 찍히고, 움직이는 것은 종이입니다. 화면의 글도 한 글자씩 나타나며, 읽는 사람은 언제든지 멈출 수 있습니다.",
  },
  {
    says: /\barabic\b|\bright[- ]to[- ]left\b|\brtl\b|العربية/i,
    name: "Arabic",
    text: "في الآلة الكاتبة يقع الحرف دائمًا في المكان نفسه، والورقة هي التي تتحرك. وهكذا تظهر الكلمات على الشاشة من اليمين إلى اليسار، كلمةً بعد كلمة، ويستطيع القارئ أن يوقفها متى شاء. ويمكن أن يأتي اسم لاتيني مثل Platen في وسط الجملة، أو عدد مثل 1874، دون أن يختلّ ترتيبها.",
  },
  {
    says: /\bhebrew\b|עברית/i,
    name: "Hebrew",
    text: "במכונת כתיבה האות נופלת תמיד באותו מקום, והנייר הוא שזז. כך מופיעות המילים על המסך מימין לשמאל, מילה אחר מילה, והקורא יכול לעצור אותן בכל רגע.",
  },
  {
    says: /\bhindi\b|\bdevanagari\b|हिन्दी/i,
    name: "Hindi",
    text: "टाइपराइटर में अक्षर हमेशा एक ही जगह पर पड़ता है, चलता तो काग़ज़ है। पर्दे पर भी शब्द एक-एक करके आते हैं, और पढ़ने वाला जब चाहे उन्हें रोक सकता है।",
  },
  {
    says: /\brussian\b|\bcyrillic\b|русск/i,
    name: "Russian",
    text: "В пишущей машинке буква всегда падает на одно и то же место, а движется бумага. Так и на экране слова появляются одно за другим, и читатель может остановить их в любую минуту.",
  },
  {
    says: /\bgreek\b|ελληνικά/i,
    name: "Greek",
    text: "Στη γραφομηχανή το γράμμα πέφτει πάντα στο ίδιο σημείο, και αυτό που κινείται είναι το χαρτί. Έτσι και στην οθόνη οι λέξεις εμφανίζονται μία μία, και ο αναγνώστης μπορεί να τις σταματήσει.",
  },
];

/** Whether `text` names a language we carry a paragraph in. */
export function namesScript(text: string): boolean {
  return LANGUAGES.some(({ says }) => says.test(text));
}

/** The same paragraph in each language that `text` names; in Chinese, Japanese and Arabic when it names none. */
export function paragraphsFor(text: string): string {
  const named = LANGUAGES.filter(({ says }) => says.test(text));
  const asked =
    named.length > 0 ? named : LANGUAGES.filter(({ name }) => ["Chinese", "Japanese", "Arabic"].includes(name));
  const paragraphs = asked.map(({ name, text: paragraph }) => `### ${name}\n\n${paragraph}`);
  return `On a typewriter the letter always falls on the same place and the paper moves. The same thought elsewhere, from the demo's own drawer:\n\n${paragraphs.join("\n\n")}`;
}

import { describe, expect, it } from "vitest";
import { createMarkdown } from "./markdown";
import { inlines, parsePieces, toHtml } from "./markdown.test-support";
import type { Inline, Node } from "./tree";

/** What is shown after each character. */
function frames(text: string): string[] {
  const shown: string[] = [];
  parsePieces([...text], ({ root }) => shown.push(toHtml(root)));
  return shown;
}

/** What is shown of a text that has not ended. */
function arriving(text: string): string {
  return frames(text).at(-1) ?? "";
}

function cell(content: string): string {
  return `<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>${content}</td></tr></tbody></table>`;
}

/** Without the line endings between blocks. */
function normalized(html: string): string {
  return html.replace(/<\/math>\n/g, "</math>");
}

describe("what is still arriving", () => {
  it.each([
    ["a **bold te", "<p>a <strong>bold te</strong></p>"],
    ["a **bold*", "<p>a <strong>bold</strong></p>"],
    ["a **", "<p>a </p>"],
    ["a *it", "<p>a <em>it</em></p>"],
    ["***both", "<p><em><strong>both</strong></em></p>"],
    ["**bold *and it", "<p><strong>bold <em>and it</em></strong></p>"],
    ["a ~~gone", "<p>a <del>gone</del></p>"],
    ["about ~5", "<p>about ~5</p>"],
    ["5 * 3", "<p>5 * 3</p>"],
    ["a `co", "<p>a <code>co</code></p>"],
    ["a ``co`", "<p>a <code>co</code></p>"],
    ["a [te", "<p>a <a>te</a></p>"],
    ["a [text]", "<p>a <a>text</a></p>"],
    ["a [text](http://half", "<p>a <a>text</a></p>"],
    ["a [text](http://half.example/ 'ti", "<p>a <a>text</a></p>"],
    ["a ![al", "<p>a </p>"],
    ["a ![alt](http://ha", "<p>a </p>"],
    ["a <http://ha", "<p>a <a>http://ha</a></p>"],
    ["see https://exam", "<p>see <a>https://exam</a></p>"],
    ["see https://example.com ", '<p>see <a href="https://example.com">https://example.com</a></p>'],
    ["a &am", "<p>a </p>"],
    ["a\\", "<p>a</p>"],
    ["a $x^2", "<p>a <math>x^2</math></p>"],
    ["a $x^2$", "<p>a <math>x^2</math></p>"],
    ["a $5 and", "<p>a $5 and</p>"],
    ["a \\(x", "<p>a <math>x</math></p>"],
    ["a [^1", "<p>a </p>"],
    ["title\n==", "<p>title</p>"],
    ["title\n-", "<p>title</p>"],
    ["text\n#", "<p>text</p>"],
    ["text\n1.", "<p>text</p>"],
    ["text\n``", "<p>text</p>"],
    ["text\n```j", "<p>text</p>"],
    ["```js\na\n``", '<pre><code class="language-js">a\n</code></pre>'],
    ["# Title #", "<h1>Title</h1>"],
    ["| a | b", ""],
    ["| a | b |\n|--", ""],
    ["| a | b |\n|--|--|\n", "<table><thead><tr><th>a</th><th>b</th></tr></thead></table>"],
    ["| a |\n|--|\n| b<b", cell("b")],
    ["| a |\n|--|\n| b<br>", cell("b<br>")],
    ["| a |\n|--|\n| b<BR />c", cell("b<br>\nc")],
    ["| a |\n|--|\n| `<br>`", cell("<code>&lt;br&gt;</code>")],
    ["| a |\n|--|\n| <br class=x>", cell("&lt;br class=x&gt;")],
    ["b<br>c", "<p>b&lt;br&gt;c</p>"],
    [
      "| a |\n|--|\n| **b",
      "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td><strong>b</strong></td></tr></tbody></table>",
    ],
    ["- [", ""],
    ["- [x] do", '<ul><li><input type="checkbox" checked="">do</li></ul>'],
    ["[a]: http", ""],
    ["$$\nx", '<math display="block"></math>'],
  ])("%j looks like %s", (text, html) => {
    expect(arriving(text)).toBe(html);
  });

  it("never shows raw marks, a heading before its underline, or half an address that can be clicked", () => {
    const text =
      "Some **bold *and italic* text** with `code`, [a link](https://example.com/a) and $x^2$.\n\n- **item** one\n- [x](https://example.com/a)\n\nA line\n- b\n\n| a | b |\n|---|---|\n| **c** | `d` |\n\nVisit https://example.com/a now.\n";
    for (const html of frames(text)) {
      expect(html).not.toMatch(/[*`|$[\]]|<h\d/);
      for (const [, href] of html.matchAll(/href="([^"]*)"/g)) expect(href).toBe("https://example.com/a");
    }
  });

  it("becomes literal at the end when it was not finished", () => {
    for (const [text, html] of [
      ["a **b", "<p>a **b</p>"],
      ["a **", "<p>a **</p>"],
      ["a [b](http://c", '<p>a [b](<a href="http://c">http://c</a></p>'],
      ["a `b", "<p>a `b</p>"],
      ["a $b", "<p>a $b</p>"],
      ["- [ ]", "<ul><li>[ ]</li></ul>"],
    ] as const) {
      expect(toHtml(parsePieces([...text]))).toBe(html);
    }
  });
});

describe("mathematics", () => {
  it.each([
    ["It costs $5 and $10.", "<p>It costs $5 and $10.</p>"],
    ["US$5, CA$6", "<p>US$5, CA$6</p>"],
    ["US$5 and CA$6 and Я$5 a$", "<p>US$5 and CA$6 and Я$5 a$</p>"],
    ["It costs $500 per unit (all figures in US$).", "<p>It costs $500 per unit (all figures in US$).</p>"],
    ["$500 to $900 CA$", "<p>$500 to $900 CA$</p>"],
    ["**$AAPL**, **$TSLA**", "<p><strong>$AAPL</strong>, <strong>$TSLA</strong></p>"],
    ["$HOME/$USER, '$A':'$B'", "<p>$HOME/$USER, '$A':'$B'</p>"],
    [
      "the $n$th, $f'$s, $x^*$ and $US$",
      "<p>the <math>n</math>th, <math>f'</math>s, <math>x^*</math> and <math>US</math></p>",
    ],
    ["函数$f(x)$的导数是$g(x)$。", "<p>函数<math>f(x)</math>的导数是<math>g(x)</math>。</p>"],
    ["设$x$为", "<p>设<math>x</math>为</p>"],
    ["データー$x$と함수$f$는", "<p>データー<math>x</math>と함수<math>f</math>는</p>"],
    ["从$5到$10元", "<p>从$5到$10元</p>"],
    ["$HOME and `$PATH`", "<p>$HOME and <code>$PATH</code></p>"],
    ["$a_1*b$ and \\(c*d\\) *e*", "<p><math>a_1*b</math> and <math>c*d</math> <em>e</em></p>"],
    ["so $$x$$ is", '<p>so <math display="block">x</math> is</p>'],
    ["$$\na\n= b\n$$\nc", '<math display="block">a\n= b</math>\n<p>c</p>'],
    ["\\[\na\n\\]", '<math display="block">a</math>'],
    ["\\[ a \\]", '<math display="block">a</math>'],
    [
      "\\[ \\begin{aligned}\nf(x) &= a \\\\\n- b &= c\n\\end{aligned} \\]",
      '<math display="block">\\begin{aligned}\nf(x) &amp;= a \\\\\n- b &amp;= c\n\\end{aligned}</math>',
    ],
    ["$$ a $$", '<math display="block">a</math>'],
    ["\\[not a link](/a)", "<p>[not a link](/a)</p>"],
    ["$$$ is much", "<p>$$$ is much</p>"],
  ])("%j is %s", (text, html) => {
    for (const pieces of [[text], [...text]]) {
      expect(toHtml(parsePieces(pieces)).replace("\n<p>", "<p>")).toBe(html.replace("\n<p>", "<p>"));
    }
  });
});

describe("a formula of its own lines", () => {
  it.each([
    ["$$\nx = 1\n$$.", '<math display="block">x = 1</math>', "<p>.</p>"],
    [
      "$$x = 1\n+ 2$$ where *a*\nis b\n\nc",
      '<math display="block">x = 1\n+ 2</math>',
      "<p>where <em>a</em>\nis b</p><p>c</p>",
    ],
    ["$$\nx\n\n+ y $$ $ z\n# h", '<math display="block">x\n+ y</math>', "<p>$ z</p><h1>h</h1>"],
    ["\\[\nx \\\\\\],\nwhere y", '<math display="block">x \\\\</math>', "<p>,\nwhere y</p>"],
    ["\\[\n[x \\\\]\n\\]", '<math display="block">[x \\\\]</math>', ""],
    ["$$\n\\$$$ b", '<math display="block">\\$</math>', "<p>b</p>"],
    ["- $$\n  a\n  $$ where b.\n- c", '<ul><li><math display="block">a</math>where b.</li><li>c</li></ul>', ""],
  ])("ends at its mark, and the rest is text: %j", (text, formula, rest) => {
    for (const pieces of [[text], [...text]]) expect(normalized(toHtml(parsePieces(pieces)))).toBe(formula + rest);
  });
});

describe("a commit", () => {
  it("names what changed, and nothing else", () => {
    const markdown = createMarkdown();
    markdown.append("# Title\n\none two");
    markdown.commit();
    const [heading, paragraph] = markdown.root.children;
    markdown.append(" three");
    expect([...markdown.commit()]).toEqual([paragraph]);
    expect(markdown.root.children).toEqual([heading, paragraph]);
    expect([...markdown.commit()]).toEqual([]);
  });

  it("keeps the text node that grows, and its value only gains a suffix", () => {
    const seen = new Set<Inline | undefined>();
    let shown = "";
    parsePieces([..."some plain words"], ({ root }) => {
      const paragraph = root.children[0];
      const text = paragraph?.type === "paragraph" ? paragraph.children[0] : undefined;
      seen.add(text);
      const value = text?.type === "text" ? text.value : "";
      expect(value.startsWith(shown)).toBe(true);
      shown = value;
    });
    seen.delete(undefined);
    expect(seen.size).toBe(1);
  });

  it("repairs only the leaves a late definition touches", () => {
    const markdown = createMarkdown();
    markdown.append("one [a]\n\ntwo\n\nthree [^1]\n\n");
    markdown.commit();
    const [one, , three] = markdown.root.children;
    const before = one?.type === "paragraph" ? one.children : undefined;
    markdown.append("[a]: https://a.b\n\n");
    expect([...markdown.commit()]).toEqual([one]);
    expect(one?.type === "paragraph" && one.children !== before).toBe(true);
    markdown.append("[^1]: note\n\n");
    expect(markdown.commit().has(three as Node)).toBe(true);
    expect(toHtml(markdown.root)).toBe('<p>one <a href="https://a.b">a</a></p><p>two</p><p>three <sup></sup></p>');
  });

  it("turns a list loose without touching its items", () => {
    const markdown = createMarkdown();
    markdown.append("- a\n- b\n");
    markdown.commit();
    const list = markdown.root.children[0] as Node;
    markdown.append("\n- c");
    const changed = [...markdown.commit()];
    expect(changed).toContain(list);
    expect(list).toMatchObject({ tight: false });
    expect(changed.filter(({ type }) => type === "item")).toHaveLength(1);
  });

  it("leaves settled nodes as they are", () => {
    const markdown = createMarkdown();
    markdown.append("**a** `b` c [d");
    markdown.commit();
    const paragraph = markdown.root.children[0];
    if (paragraph?.type !== "paragraph") throw new Error("expected a paragraph");
    const settled = paragraph.children.slice(0, paragraph.settled);
    expect(inlines(settled)).toBe("<strong>a</strong> <code>b</code>");
    markdown.append("](/e) f");
    markdown.finish();
    markdown.commit();
    expect(paragraph.children.slice(0, settled.length).every((node, index) => node === settled[index])).toBe(true);
  });

  it("is not confused by a regex or a definition in code", () => {
    const markdown = createMarkdown();
    markdown.append("one\n\n```\n[^a-z]\n[x]: y\n[^1]: z\n```\n\ntwo `[^b]` [^c-d]\n");
    markdown.finish();
    markdown.commit();
    expect(markdown.root.children.map(({ type }) => type)).toEqual(["paragraph", "code", "paragraph"]);
  });
});

it("a tag that breaks a line in a cell is the same however it is cut", () => {
  const text = "| a<br>b | c |\n|--|--|\n| *d<br/>e* | f<br >g<br>h |\n";
  const whole = toHtml(parsePieces([text]));
  expect(whole.match(/<br>/g)).toHaveLength(4);
  for (let at = 1; at < text.length; at++) {
    expect(toHtml(parsePieces([text.slice(0, at), text.slice(at)]))).toBe(whole);
  }
  expect(toHtml(parsePieces([...text]))).toBe(whole);
});

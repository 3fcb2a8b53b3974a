import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { describeInline } from "./describe";
import { SettledMarkdown } from "./settled-markdown";

/** Where a link says that it leads, if it says so. */
function hint(text: string, href: string): string | undefined {
  return describeInline({ type: "link", href, children: [{ type: "text", value: text }] }).attributes?.["data-host"];
}

it.each([
  ["https://example.org/a", "https://example.org/b"],
  ["www.example.org", "https://example.org/"],
  ["Example.org/path", "https://www.example.org/path"],
  ["example.org:8080/x", "http://example.org:8080/x"],
  ["münchen.de", "https://xn--mnchen-3ya.de/"],
  ["the documentation", "https://example.org/"],
  ["someone@example.org", "mailto:someone@example.org"],
])("a link says nothing where its text is no other place: %s", (text, href) => {
  expect(hint(text, href)).toBeUndefined();
});

it.each([
  ["https://paypal.example", "https://evil.example/", "evil.example"],
  ["https://paypal.com/signin", "https://pal.com/x", "pal.com"],
  ["https://github.com/evil.example", "https://evil.example/", "evil.example"],
  ["https://github.com", "https://evil.example\\@github.com", "evil.example"],
  ["https://github.com", "https://github.com@evil.example/", "evil.example"],
  ["github.com", "https://www.evil.example/", "evil.example"],
  ["https://", "https://evil.example/", "evil.example"],
])("a link whose text names another place says where it leads: %s to %s", (text, href, host) => {
  expect(hint(text, href)).toBe(host);
});

it.each(["[![build](https://a.b/i.svg)](https://c.d)", "[**![build](https://a.b/i.svg)**](https://c.d)"])(
  "an image in a link leads nowhere of its own, for no link may be in another: %s",
  (text) => {
    const html = renderToStaticMarkup(createElement(SettledMarkdown, { text }));
    expect(html).toContain('<span class="image">build</span>');
    expect(html.match(/<a /g)).toHaveLength(1);
  },
);

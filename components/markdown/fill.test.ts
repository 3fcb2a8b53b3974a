import { expect, it, vi } from "vitest";
import { fill } from "./fill";

vi.mock("./live-markdown", () => ({
  showMarkdown(element: { textContent: string }) {
    element.textContent = "";
    return {
      append(text: string) {
        element.textContent += text;
      },
      finish() {},
    };
  },
}));

/** What is asked of the element that a text is shown in. */
function sheet(): HTMLElement {
  return { firstChild: null, isConnected: true, textContent: "" } as unknown as HTMLElement;
}

it("shows a text that is longer than one piece whole, and those after it too", async () => {
  const texts = ["a".repeat(10_000), "b".repeat(5_000), "c"];
  const sheets = texts.map(sheet);
  for (const [index, text] of texts.entries()) fill(sheets[index] as HTMLElement, text);
  await vi.waitFor(() => expect(sheets.map(({ textContent }) => textContent)).toEqual(texts));
});

it("shows a text that was corrected before it was shown, and nothing of the one before", async () => {
  const element = sheet();
  const other = sheet();
  fill(other, "shown last, when the rest is done");
  fill(element, "before ".repeat(5_000));
  fill(element, "after");
  await vi.waitFor(() => expect(other.textContent).not.toBe(""));
  expect(element.textContent).toBe("after");
});

import { lazy, type Ref } from "react";

// Lazy, so that no browser loads it: only the server ever renders it.
const SettledMarkdown = lazy(async () => ({ default: (await import("./settled-markdown")).SettledMarkdown }));

/** React finds no children here, so it never reads, renders or replaces what the server or the writer has put in. */
const LEFT_ALONE = { __html: "" };

type MarkdownElementProps = { ref: Ref<HTMLDivElement>; className: string; text: string; isGrowing: boolean };

/**
 * The element of a markdown text. The server renders the text; in the browser that HTML is kept as it is, without the
 * cost of hydration, and whoever holds `ref` shows what is to be shown.
 */
export function MarkdownElement({ ref, className, text, isGrowing }: MarkdownElementProps) {
  if (typeof window === "undefined") {
    return (
      <div className={className}>
        <SettledMarkdown text={text} isGrowing={isGrowing} />
      </div>
    );
  }
  // biome-ignore lint/security/noDangerouslySetInnerHtml: it is empty and stays so; the prop is how React is told to look away.
  return <div ref={ref} className={className} dangerouslySetInnerHTML={LEFT_ALONE} suppressHydrationWarning />;
}

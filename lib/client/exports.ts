/** Where everything can be had as a file. */
export const EXPORT_ADDRESS = "/api/export";

/** Saves the conversation as a file: the branch being read as Markdown, or the whole tree as JSON. */
export function saveConversation(id: string, format: "markdown" | "json"): void {
  const link = document.createElement("a");
  link.href = `/api/conversations/${id}/export?format=${format}`;
  // The server says the name.
  link.download = "";
  link.click();
}

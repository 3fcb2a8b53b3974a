import type { App, Client } from "./harness";

/** What goes out and comes in, as a browser asks for it. To be called when the app has started. */
export async function openArchive(app: App) {
  const everything = await import("@/app/api/export/route");
  const one = await import("@/app/api/conversations/[id]/export/route");
  const incoming = await import("@/app/api/import/route");

  return {
    async exportAll(who: Client): Promise<string> {
      const response = await everything.GET(who.request("/api/export"));
      if (!response.ok) throw new Error(`status ${response.status}`);
      return response.text();
    },
    exportOne(who: Client, id: string, format: string): Promise<Response> {
      const request = who.request(`/api/conversations/${id}/export?format=${format}`);
      return one.GET(request, { params: Promise.resolve({ id }) });
    },
    /** Sends a file in a form, as the page does. */
    importFile(who: Client, file: BlobPart, headers: Record<string, string> = {}): Promise<Response> {
      const body = new FormData();
      body.append("note", "before the file");
      body.append("file", new Blob([file]), "export.bin");
      return incoming.POST(who.request("/api/import", { method: "POST", body, headers }));
    },
    importBody(who: Client, body: BodyInit, headers: Record<string, string> = {}): Promise<Response> {
      const init = {
        method: "POST",
        body,
        duplex: "half",
        headers: { "content-type": "application/json", ...headers },
      };
      return incoming.POST(who.request("/api/import", init as RequestInit & { headers: Record<string, string> }));
    },
    async deleteAll(who: Client): Promise<void> {
      const response = await app.conversations.DELETE(who.request("/api/conversations", { method: "DELETE" }));
      if (!response.ok) throw new Error(`status ${response.status}`);
    },
  };
}

export type Archive = Awaited<ReturnType<typeof openArchive>>;

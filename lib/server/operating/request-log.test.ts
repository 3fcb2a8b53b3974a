import { describe, expect, test } from "vitest";
import { createRouteFinder } from "./request-log";

const ID = "3f0e8d3c-6a53-4c1f-9b55-0d4c5a4f7d11";

const routeOf = createRouteFinder({
  staticRoutes: [
    { page: "/", regex: "^/(?:/)?$" },
    { page: "/api/conversations", regex: "^/api/conversations(?:/)?$" },
  ],
  dynamicRoutes: [
    { page: "/api/conversations/[id]", regex: "^/api/conversations/([^/]+?)(?:/)?$" },
    { page: "/api/generations/[id]", regex: "^/api/generations/([^/]+?)(?:/)?$" },
    { page: "/share/[id]", regex: "^/share/([^/]+?)(?:/)?$" },
  ],
});

describe("what the log says of a URL", () => {
  test.each([
    ["/", { route: "/" }],
    ["/?code=letmein", { route: "/" }],
    ["/api/conversations?query=my+secret", { route: "/api/conversations" }],
    [`/api/generations/${ID.toUpperCase()}?shown=4`, { route: "/api/generations/[id]", generationId: ID }],
    ["/api/generations/my-secret", { route: "/api/generations/[id]" }],
    [`/share/${ID}`, { route: "/share/[id]" }],
    ["/_next/static/chunks/abc.js", { route: "file" }],
    ["/icon.svg", { route: "file" }],
    ["/my/secret", { route: "other" }],
    [`/${ID}`, { route: "other" }],
    ["", { route: "other" }],
  ])("%s", (url, expected) => {
    expect(routeOf(url)).toEqual(expected);
  });
});

/** `window.localStorage`, or null where there is none: on the server, and where the reader has forbidden it. */
export function browserStorage(): Storage | null {
  try {
    return typeof window === "undefined" ? null : window.localStorage;
  } catch {
    return null; // Reading the property itself throws when storage is forbidden.
  }
}

/** `window.sessionStorage`, the tab's own, or null as above. */
export function tabStorage(): Storage | null {
  try {
    return typeof window === "undefined" ? null : window.sessionStorage;
  } catch {
    return null; // As above.
  }
}

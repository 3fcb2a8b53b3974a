const CONTROLS = /\p{Cc}/u;
const ALLOWED = /^(?:https?:\/\/[^/?#\\]|mailto:[^?])/i;
// Invisible and direction-changing characters can make an address look like another.
const DISGUISES = /[\s\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

/**
 * The address to give to an anchor, or undefined when it must not be clickable: anything but an absolute http, https
 * or mailto address, and anything with a control character (browsers drop some of these, which hides a scheme).
 */
export function safeHref(href: string): string | undefined {
  if (CONTROLS.test(href) || !ALLOWED.test(href)) return undefined;
  return href.replace(DISGUISES, encodeURIComponent);
}

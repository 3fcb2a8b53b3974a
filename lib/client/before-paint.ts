/** Where the reader's preferences are stored. */
export const PREFERENCES_KEY = "platen.preferences";

/**
 * A script for the head: it runs before anything is painted, so that a chosen theme never flashes. It marks the root with
 * the attributes that preferences.ts sets later, and must stay as small as it is.
 */
export const MARK_BEFORE_PAINT = `try{var p=JSON.parse(localStorage.getItem("${PREFERENCES_KEY}")||"{}"),d=document.documentElement.dataset;if(p.theme==="light"||p.theme==="dark")d.theme=p.theme;if(p.sidebar==="collapsed")d.sidebar=p.sidebar}catch(e){}`;

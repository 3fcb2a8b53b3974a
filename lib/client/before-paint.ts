/** Where the reader's preferences are stored. */
export const PREFERENCES_KEY = "platen.preferences";

/**
 * A script for the head: it runs before anything is painted, so that a chosen theme never flashes. It marks the root with
 * the attributes that preferences.ts sets later, and must stay as small as it is. A code or a link to this device leaves
 * the address bar before anybody can see or copy it (arrival.ts).
 */
export const MARK_BEFORE_PAINT = `try{if(/^#(code|device)=/.test(location.hash)){window.platenArrival=location.hash;history.replaceState(null,"",location.pathname+location.search)}}catch(e){}try{var p=JSON.parse(localStorage.getItem("${PREFERENCES_KEY}")||"{}"),d=document.documentElement.dataset;if(p.theme==="light"||p.theme==="dark")d.theme=p.theme;if(p.sidebar==="collapsed")d.sidebar=p.sidebar}catch(e){}`;

import { loadEnvironment } from "./environment.mjs";

// Says what is wrong before half a minute is spent on a build. The server checks again, for who starts it directly.
const { environment } = await loadEnvironment();
environment();

import { createServer } from "node:http";

/** A server that does nothing, on `idle.ts <port>`: what it takes to answer is what this machine takes. */
createServer((_, response) => response.end("ok")).listen(Number(process.argv[2]), "127.0.0.1");

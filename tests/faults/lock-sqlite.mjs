import { join } from "node:path";
import Database from "libsql";

/** Holds the write lock of the store in the given folder until standard input ends. */
const database = new Database(join(process.argv[2] ?? "", "platen.sqlite"));
// Whoever writes at this moment is waited for.
database.pragma("busy_timeout = 10000");
database.exec("begin immediate");
process.stdout.write("locked\n");
process.stdin.on("end", () => {
  database.exec("rollback");
  process.exit(0);
});
process.stdin.resume();

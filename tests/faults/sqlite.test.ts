import { describeMatrix } from "./matrix";

describeMatrix("SQLite, one instance", { store: "sqlite", instances: 1 });

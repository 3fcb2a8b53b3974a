import { describeMatrix } from "./matrix";

describeMatrix("PostgreSQL, one instance", { store: "postgres", instances: 1 });

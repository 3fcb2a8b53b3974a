import { describeMatrix } from "./matrix";

describeMatrix("PostgreSQL, three instances behind a load balancer", { store: "postgres", instances: 3 });

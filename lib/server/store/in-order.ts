import { type DatabaseConnection, type Driver, SqliteDialect } from "kysely";

/** SQLite through its one connection, lent in the order in which it was asked for. */
export class OrderedSqliteDialect extends SqliteDialect {
  override createDriver(): Driver {
    return inOrder(super.createDriver());
  }
}

/**
 * `driver` with a queue before its connection. Kysely's own lock wakes all that wait whenever one is done, and whoever
 * comes at that moment goes first: with hundreds waiting most of the time is spent waking them, and some wait for ever.
 */
export function inOrder(driver: Driver): Driver {
  const { acquireConnection, releaseConnection } = driver;
  let last: Promise<void> = Promise.resolve();
  let done = () => {};

  driver.acquireConnection = async (...options) => {
    const before = last;
    let finish = () => {};
    last = new Promise((resolve) => {
      finish = resolve;
    });
    await before;
    try {
      const connection = await acquireConnection.apply(driver, options);
      done = finish;
      return connection;
    } catch (error) {
      finish();
      throw error;
    }
  };

  driver.releaseConnection = async (connection: DatabaseConnection, ...options) => {
    await releaseConnection.call(driver, connection, ...options);
    done();
  };

  return driver;
}

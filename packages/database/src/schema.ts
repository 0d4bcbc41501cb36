import type { EntitySchema } from '@mikro-orm/core';
import type { Migration } from '@mikro-orm/migrations';

/** What one owner of tables brings: its PostgreSQL schema, its entities, and the migrations that lead there, oldest first. */
export type Schema = {
  /** Also the name that the migrations are remembered under. */
  readonly name: string;
  readonly entities: readonly EntitySchema[];
  readonly migrations: readonly {
    readonly name: string;
    readonly class: new (...parameters: ConstructorParameters<typeof Migration>) => Migration;
  }[];
};

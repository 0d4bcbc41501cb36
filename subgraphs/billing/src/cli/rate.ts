import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { formatDecimal } from '@switchyard/kernel/decimal';
import { z } from 'zod';
import { Unsupported } from './cases/parameters.ts';
import { type PricingCase, rateCase } from './cases/rate-case.ts';

const USAGE = `usage: npm run -s rate -- --cases FILE
  rates worked examples [{id, model, tiers_params, usage, currency}] and prints {id, total} for each as JSON Lines,
  or {id, unsupported: why} for what the engine cannot express`;

const cases = z.array(
  z.object({ id: z.string(), model: z.string(), tiers_params: z.unknown(), usage: z.unknown(), currency: z.string().optional() }),
);

export type RatedCase = { readonly id: string; readonly total: string } | { readonly id: string; readonly unsupported: string };

export function rated({ id, ...of }: PricingCase & { readonly id: string }): RatedCase {
  try {
    return { id, total: formatDecimal(rateCase(of)) };
  } catch (error) {
    if (error instanceof Unsupported) return { id, unsupported: error.message };
    throw error;
  }
}

function main(): void {
  const { values } = parseArgs({ options: { cases: { type: 'string' } } });
  if (values.cases === undefined) throw new TypeError(USAGE);
  for (const each of cases.parse(JSON.parse(readFileSync(values.cases, 'utf8')))) {
    process.stdout.write(`${JSON.stringify(rated(each))}\n`);
  }
}

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

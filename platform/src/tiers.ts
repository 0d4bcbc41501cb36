import { readFileSync } from 'node:fs';
import { err, ok, type Result } from '@switchyard/kernel/result';
import { defaultTiers } from '@switchyard/models/default-tiers';
import type { TierConfig } from '@switchyard/models/tier';
import { type Environment, type InvalidTiers, parseTiers } from '@switchyard/models/tiers-file';

/** The tiers of TIERS_FILE, or the default ones; else every fault of the file, a sentence each. */
export function readTiers(file: string | undefined, environment: Environment): Result<readonly TierConfig[], InvalidTiers> {
  if (file === undefined) return ok(defaultTiers(environment));
  const text = textOf(file);
  if (text === null) return invalid(`TIERS_FILE ${file} cannot be read: check the path, or unset it for the default tiers.`);
  const tiers = parseTiers(text, environment);
  return tiers.ok ? tiers : invalid(`TIERS_FILE ${file} does not fit: ${tiers.error.faults.join(' ')}`);
}

function invalid(fault: string): Result<never, InvalidTiers> {
  return err({ kind: 'invalid-tiers', faults: [fault] });
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

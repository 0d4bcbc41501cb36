import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second. */
const MS_A_TICK = 10;

/**
 * Processor time of this process and of a PostgreSQL, in milliseconds: what work costs however busy the machine is otherwise.
 * Null where there is no /proc.
 */
export function cpuMs(postmaster: number): number | null {
  const own = process.cpuUsage();
  const ownMs = (own.user + own.system) / 1000;
  try {
    const server = readdirSync('/proc').flatMap((pid) => (/^\d+$/.test(pid) ? [ticksOf(Number(pid), postmaster)] : []));
    return ownMs + server.reduce((sum, ticks) => sum + ticks, 0) * MS_A_TICK;
  } catch {
    return null;
  }
}

/** Of the postmaster with the processes that have ended, and of each that lives; 0 for any other. */
function ticksOf(pid: number, postmaster: number): number {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return 0; // it has just ended
  }
  // After the name, which may hold anything: state ppid … utime (11) stime (12) cutime (13) cstime (14), counted from the state.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system, childUser, childSystem] = [11, 12, 13, 14].map((index) => Number(fields[index]));
  if (pid === postmaster) return (user ?? 0) + (system ?? 0) + (childUser ?? 0) + (childSystem ?? 0);
  return Number(fields[1]) === postmaster ? (user ?? 0) + (system ?? 0) : 0;
}

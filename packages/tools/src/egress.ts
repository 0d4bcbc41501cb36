import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Where requests to tenants' endpoints may go: public unicast addresses, plus what the operator allows. The address is
 * checked when the connection is made, on what the name resolved to for that very connection, so that a name which
 * changes its mind between a check and its use (DNS rebinding) gains nothing.
 */
export type Egress = {
  /** Why `url` may not be called, as far as that shows without resolving its name; null when nothing speaks against it. */
  refusalOf(url: string): string | null;
  /** Resolves a name to those of its addresses that may be reached. Fails with an EgressError when there is none. */
  lookupFor(url: URL): LookupFunction;
};

export type EgressOptions = {
  /** CIDRs that may be reached besides public addresses: "10.1.0.0/16", "fd00::/8". */
  readonly allowCidrs?: readonly string[];
  /** Exact origins whose address is not asked about: "http://127.0.0.1:4010". For the platform's own endpoints. */
  readonly allowOrigins?: readonly string[];
};

/** The address may not be reached. Never retried: it will not get better. */
export class EgressError extends Error {
  override readonly name = 'EgressError';
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Cidr = readonly [Address, number];

/** IANA has given out global unicast addresses of IPv6 in this block alone; all else is special, or nobody's. */
const GLOBAL_UNICAST_V6: Cidr = ipaddr.parseCIDR('2000::/3');

/** @throws EgressError for a CIDR or an origin that cannot be read. */
export function createEgress(options: EgressOptions = {}): Egress {
  const allowed = (options.allowCidrs ?? []).map(parseCidr);
  const origins = new Set((options.allowOrigins ?? []).map(originOf));
  const mayReach = (text: string): boolean => {
    if (!ipaddr.isValid(text)) return false;
    const address = ipaddr.process(text);
    return isPublic(address) || allowed.some((cidr) => within(address, cidr));
  };
  return {
    refusalOf(text) {
      if (!URL.canParse(text)) return 'The endpoint is not a URL.';
      const url = new URL(text);
      if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'The endpoint must be an http or https URL.';
      if (url.username !== '' || url.password !== '') return 'The endpoint must not hold a user name or a password.';
      const host = hostOf(url);
      if (origins.has(url.origin) || !ipaddr.isValid(host) || mayReach(host)) return null;
      return `The endpoint's address ${host} may not be reached from here.`;
    },
    lookupFor(url) {
      const every = origins.has(url.origin);
      return (hostname, { all, ...lookupOptions }, callback) => {
        dns.lookup(hostname, { ...lookupOptions, all: true }, (error, addresses) => {
          if (error !== null) return callback(error, '');
          const reachable = every ? addresses : addresses.filter(({ address }) => mayReach(address));
          const [first] = reachable;
          if (first === undefined) {
            return callback(
              new EgressError(`The endpoint's name ${hostname} leads to an address that may not be reached from here.`),
              '',
            );
          }
          if (all === true) callback(null, reachable);
          else callback(null, first.address, first.family);
        });
      };
    },
  };
}

/** The host without the brackets of an IPv6 literal. The URL parser has already turned 0x7f.1 and 2130706433 into 127.0.0.1. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || within(address, GLOBAL_UNICAST_V6);
}

function within(address: Address, [network, bits]: Cidr): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

function parseCidr(text: string): Cidr {
  try {
    return ipaddr.parseCIDR(text.trim());
  } catch (cause) {
    throw new EgressError(`${text} is not a CIDR such as 10.1.0.0/16.`, { cause });
  }
}

function originOf(text: string): string {
  if (!URL.canParse(text) || new URL(text).origin !== text)
    throw new EgressError(`${text} is not an origin such as http://127.0.0.1:4010.`);
  return text;
}

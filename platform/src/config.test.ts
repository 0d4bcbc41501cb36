import { describe, expect, it } from 'vitest';
import { ConfigError, environmentExample, ROLES, readConfig, VARIABLES } from './config.ts';

describe('the configuration', () => {
  it('stands on its defaults when nothing is set', () => {
    const config = readConfig({});
    expect(config).toMatchObject({ PORT: 4000, METRICS_PORT: 9464, HOST: '127.0.0.1', DATA_DIR: './.data', DEMO: 'on' });
    expect(config.ROLES).toEqual(ROLES);
  });

  it('takes an empty variable for an unset one', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: ' ' })).toMatchObject({ PORT: 4000, DATABASE_URL: undefined });
  });

  it('reports every fault at once, each with the name of its variable', () => {
    const broken = () =>
      readConfig({ PORT: 'eighty', SECRET_KEY: 'short', DATABASE_URL: 'mysql://x', ROLES: 'gateway,kitchen', LOG_LEVEL: 'loud' });
    expect(broken).toThrow(ConfigError);
    for (const name of ['PORT', 'SECRET_KEY', 'DATABASE_URL', 'ROLES', 'LOG_LEVEL']) expect(broken).toThrow(name);
    expect(broken).toThrow('kitchen');
  });

  it('reports lists whose parts do not fit, files, and what contradicts itself, all with the rest', () => {
    const broken = () =>
      readConfig({
        LOG_LEVEL: 'loud',
        EGRESS_ALLOW: '10.0.0.0/8, 10.0.0.0/99',
        KAFKA_BROKERS: 'kafka-0:9092,kafka-1',
        OPERATOR_KEY: 'with a space in its midst',
        TIERS_FILE: '/nowhere/tiers.json',
        ROLES: 'router',
        PORT: '4000',
        METRICS_PORT: '4000',
      });
    const words = [
      'LOG_LEVEL',
      '10.0.0.0/99',
      'kafka-1 is not',
      'OPERATOR_KEY',
      '/nowhere/tiers.json',
      'SECRET_KEY',
      'METRICS_PORT',
    ];
    for (const word of words) expect(broken).toThrow(word);
  });

  it('reads lists', () => {
    const config = readConfig({ EGRESS_ALLOW: '10.0.0.0/8, fd00::/8,', KAFKA_BROKERS: 'a:1, [::1]:9092' });
    expect(config).toMatchObject({ EGRESS_ALLOW: ['10.0.0.0/8', 'fd00::/8'], KAFKA_BROKERS: ['a:1', '[::1]:9092'] });
  });

  it('has the tiers that its keys or its file ask for', () => {
    expect(readConfig({}).tiers.map((tier) => tier.provider)).toEqual(['local', 'simulator', 'simulator', 'simulator']);
    expect(readConfig({ OPENAI_API_KEY: 'k' }).tiers.map((tier) => tier.provider)).toContain('openai');
  });

  it('says what a split platform needs', () => {
    const split = () => readConfig({ ROLES: 'gateway' });
    for (const name of ['DATABASE_URL', 'SECRET_KEY', 'OPERATOR_KEY', 'SESSIONS_URL', 'BILLING_URL']) expect(split).toThrow(name);
  });

  it('lists every variable in the generated example', () => {
    for (const name of Object.keys(VARIABLES)) expect(environmentExample()).toContain(`${name}=`);
  });
});

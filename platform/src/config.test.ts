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

  it('says what a split platform needs', () => {
    const split = () => readConfig({ ROLES: 'gateway' });
    for (const name of ['DATABASE_URL', 'SECRET_KEY', 'OPERATOR_KEY', 'SESSIONS_URL', 'BILLING_URL']) expect(split).toThrow(name);
  });

  it('lists every variable in the generated example', () => {
    for (const name of Object.keys(VARIABLES)) expect(environmentExample()).toContain(`${name}=`);
  });
});

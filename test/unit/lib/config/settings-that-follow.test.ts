import { describe, expect, it } from 'vitest';
import { allSettings } from '../../../../services/cli/settings.js';
import { readSettings } from '../../../../services/lib/config/settings.js';

const tcp = (port: number, host = '127.0.0.1') => ({ kind: 'tcp', host, port });

describe('a setting that follows another', () => {
  const beside = (server: string, more: NodeJS.ProcessEnv = {}) => {
    const { watchdog, snapshot } = allSettings;
    return readSettings({ watchdog, snapshot }, { PBOTVM_SERVER: server, ...more });
  };

  const uri = (environment: NodeJS.ProcessEnv) =>
    readSettings({ uri: allSettings.libvirtUri }, environment).uri;

  it('the other services have ports next to that of the Executor', () => {
    expect(beside('9300')).toEqual({ watchdog: tcp(9400), snapshot: tcp(9500) });
    expect(beside('[::1]:9300')).toEqual({
      watchdog: tcp(9400, '::1'),
      snapshot: tcp(9500, '::1'),
    });
  });

  it("an address that can't follow that of the Executor names both variables", () => {
    expect(() => beside('65500')).toThrow(
      /^PBOTVM_WATCHDOG is not set and follows PBOTVM_SERVER, but .*65600.*: set it, or change PBOTVM_SERVER\.$/m,
    );
  });

  it('the other services stay on loopback if the Executor listens beyond it', () => {
    for (const server of ['0.0.0.0:9300', '[::]:9300', 'vm-host.example:9300']) {
      expect(beside(server)).toEqual({ watchdog: tcp(9400), snapshot: tcp(9500) });
    }
  });

  it('the other services have their own defaults if the Executor has a Unix socket', () => {
    expect(beside('unix:/run/s:9300')).toEqual({ watchdog: tcp(9100), snapshot: tcp(9200) });
  });

  it('a variable that is set does not follow another', () => {
    expect(beside('9300', { PBOTVM_WATCHDOG: '9999' }).watchdog).toEqual(tcp(9999));
  });

  it('an error of a derived port names the variable of the port itself', () => {
    expect(() => beside('65500')).toThrow(/^PBOTVM_WATCHDOG .*\.\nPBOTVM_SNAPSHOT .*\.$/);
  });

  it("the libvirt connection follows libvirt's own variable", () => {
    const environment = { LIBVIRT_DEFAULT_URI: 'test:///default' };
    expect(uri(environment)).toBe('test:///default');
    expect(uri({ ...environment, PBOTVM_LIBVIRT_URI: 'qemu:///system' })).toBe('qemu:///system');
  });

  it('a setting keeps its default if the variable that it follows is empty', () => {
    expect(uri({ LIBVIRT_DEFAULT_URI: '' })).toBeUndefined();
    expect(beside('')).toEqual({ watchdog: tcp(9100), snapshot: tcp(9200) });
  });
});

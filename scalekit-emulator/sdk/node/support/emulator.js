// The emulator as a child process, and the orders that it takes over HTTP.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after } from 'node:test';

export class Emulator {
  // Starts an emulator that ends with the tests of the file.
  static async start(...args) {
    const child = spawn(process.env.EMULATOR, ['--port', '0', ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    after(() => {
      child.kill();
      return ended;
    });
    const variables = {};
    for await (const line of createInterface({ input: child.stdout })) {
      const [, name, value] = line.match(/^(\w+)=(.*)$/);
      variables[name] = value;
      if (name === 'SCALEKIT_COOKIE_SECRET') return new Emulator(variables);
    }
    throw new Error('the emulator did not start');
  }

  constructor(variables) {
    this.variables = variables;
    this.url = variables.SCALEKIT_ENVIRONMENT_URL;
    this.clientId = variables.SCALEKIT_CLIENT_ID;
    this.clientSecret = variables.SCALEKIT_CLIENT_SECRET;
  }

  // Time passes for the emulator only: tokens that it signs from now on come from the future.
  advanceClock(seconds) {
    return this.#order('clock/advance', { seconds });
  }

  // The next token answer is wrong.
  spoilTokens(kind, { grant = 'refresh_token', ...details } = {}) {
    return this.#order('tampering', { times: 1, grant, tamper: { kind, ...details } });
  }

  spoilWebhooks(flaw) {
    return this.#order('webhooks', { flaw });
  }

  fail(endpoint, times, fault) {
    return this.#order('faults', { endpoint, times, fault });
  }

  rotateKeys() {
    return this.#order('keys/rotate', { drop_old: true });
  }

  // From the beginning; what was on its way to applications arrives before.
  async reset() {
    while ((await this.#report('deliveries')).deliveries.some(isPending));
    await this.#order('reset', {});
  }

  async calls() {
    return (await this.#report('calls')).counts;
  }

  async #report(path) {
    const answer = await fetch(`${this.url}/emulator/control/${path}`);
    return answer.json();
  }

  async #order(path, body) {
    const answer = await fetch(`${this.url}/emulator/control/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }
}

const isPending = ({ status, error }) => status === null && error === null;

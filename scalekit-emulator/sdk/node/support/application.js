// What an application does with the SDK.
import assert from 'node:assert/strict';
import { ScalekitClient } from '@scalekit-sdk/node';
import { ADA, Browser, query } from './browser.js';

export const CALLBACK = 'http://localhost:3000/auth/callback';
export const HOME = 'http://localhost:3000/';
export const ACME = 'org_100000000000000001';

export class Application {
  constructor(emulator) {
    this.emulator = emulator;
    this.client = new ScalekitClient(emulator.url, emulator.clientId, emulator.clientSecret);
  }

  authorizationUrl(options = {}) {
    const scopes = ['openid', 'profile', 'email', 'offline_access'];
    return this.client.getAuthorizationUrl(CALLBACK, { scopes, state: 'st-1', ...options });
  }

  async code({ email = ADA, browser = new Browser(), ...options } = {}) {
    const callback = await browser.signIn(this.authorizationUrl(options), email);
    assert.ok(callback.startsWith(CALLBACK), callback);
    return query(callback).code;
  }

  exchange(code, options) {
    return this.client.authenticateWithCode(code, CALLBACK, options);
  }

  async signIn(options) {
    return this.exchange(await this.code(options));
  }

  // What is wrong with a token; both ways to validate must agree.
  async refuses(token, options) {
    if (await this.client.validateAccessToken(token, options)) return null;
    const error = await this.client.validateToken(token, options).then(
      () => assert.fail('only one of them refuses'),
      (error) => error,
    );
    assert.equal(error.constructor.name, 'ScalekitValidateTokenFailureException');
    return error.message;
  }
}

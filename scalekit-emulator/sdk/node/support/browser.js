// A person with a browser, at the hosted pages of the emulator.
import assert from 'node:assert/strict';

export const ADA = 'ada@acme.example';
export const SAM = 'sam@two.example';

// Keeps cookies, and follows redirects one at a time.
export class Browser {
  #cookies = new Map();

  async open(url, init = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...init.headers, 'user-agent': 'Person/1.0', ...(cookie && { cookie }) };
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const set of answer.headers.getSetCookie()) {
      const [, name, value] = set.match(/^([^=]+)=([^;]*)/);
      if (set.includes('Max-Age=0')) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    return {
      url,
      status: answer.status,
      location: location && new URL(location, url).href,
      html: await answer.text(),
    };
  }

  // Where the page sends the browser.
  async location(url) {
    const page = await this.open(url);
    assert.ok(page.location, `${page.status} ${page.html}`);
    return page.location;
  }

  // Sends a form of a hosted page; the answer is the next page or where it leads.
  submit(page, path, fields = {}) {
    const hidden = page.html.match(/name="request" value="([^"]+)"/);
    assert.ok(hidden, `no form on this page: ${page.html}`);
    const body = new URLSearchParams({ request: hidden[1], ...fields });
    return this.open(new URL(path, page.url).href, { method: 'POST', body });
  }

  // Chooses a person on the sign-in page, and says where the browser ends up.
  async signIn(url, email) {
    const page = await this.open(url);
    return page.location ?? (await this.submit(page, '/login', { email })).location;
  }
}

export const query = (url) => Object.fromEntries(new URL(url).searchParams);
